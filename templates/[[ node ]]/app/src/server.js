/** The HTTP server: probes, metrics, access log, limits, and a stop that lets running requests finish. */

import { createServer } from 'node:http';
import { Metrics } from './metrics.js';
import { json } from './routes.js';

const OTHER = 'other';
const LIMITS = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // Longer than a load balancer keeps a connection without traffic (60 s): it must be the side that closes.
  keepAliveTimeout: 75_000,
};
const CONNECTIONS = 4096;
const BACKLOG = 1024;

export class Server {
  #config;
  #routes;
  #log;
  #metrics;
  #http;
  #ready = false;
  #stopping = false;
  #running = 0;
  #connections = new Set();

  constructor(config, routes, log) {
    this.#config = config;
    this.#routes = routes;
    this.#log = log;
    const build = { runtime: 'node', version: process.versions.node, revision: config.revision };
    this.#metrics = new Metrics([...routes.keys(), OTHER], build);
    this.#http = createServer(LIMITS, (request, response) => this.#handle(request, response));
    this.#http.maxConnections = CONNECTIONS;
    this.#http.on('connection', (connection) => {
      this.#connections.add(connection);
      connection.once('close', () => this.#connections.delete(connection));
    });
  }

  get port() {
    return this.#http.address().port;
  }

  /** Takes the port, 0 for any free one, and answers from now on. */
  async start() {
    await new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen({ port: this.#config.port, backlog: BACKLOG }, resolve);
    });
  }

  /** From now on the service wants traffic. */
  becomeReady() {
    this.#ready = true;
  }

  /** Turns not ready, accepts no more connections, waits for what runs. Returns how many requests were cut off. */
  async drain(seconds) {
    this.#ready = false;
    this.#stopping = true;
    // close() waits for every connection, so those without a request are closed until none is left.
    const closed = new Promise((resolve) => this.#http.close(resolve));
    const sweep = setInterval(() => this.#closeIdle(), 100);
    let timer;
    const deadline = new Promise((resolve) => {
      timer = setTimeout(resolve, seconds * 1000);
    });
    await Promise.race([closed, deadline]);
    clearInterval(sweep);
    clearTimeout(timer);
    const cutOff = this.#running;
    this.#http.closeAllConnections();
    return cutOff;
  }

  #closeIdle() {
    this.#http.closeIdleConnections();
    // Node.js counts a connection that never said a word as busy.
    for (const connection of this.#connections) {
      if (connection.bytesRead === 0) {
        connection.destroy();
      }
    }
  }

  async #handle(request, response) {
    const started = process.hrtime.bigint();
    this.#running += 1;
    response.once('close', () => {
      this.#running -= 1;
    });
    const path = request.url.split('?', 1)[0];
    if (path === '/healthz') {
      this.#send(response, json(200, { status: 'alive' }));
    } else if (path === '/readyz') {
      this.#send(response, this.#ready ? json(200, { status: 'ready' }) : json(503, { status: 'not ready' }));
    } else if (path === '/metrics') {
      const type = 'text/plain; version=0.0.4; charset=utf-8';
      this.#send(response, { status: 200, type, body: this.#metrics.text() });
    } else {
      await this.#answer(request, response, path, started);
    }
  }

  async #answer(request, response, path, started) {
    const route = this.#routes.get(path);
    let answer;
    if (!route) {
      answer = json(404, { error: 'not found' });
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      answer = json(405, { error: 'method not allowed' });
    } else {
      answer = await this.#tryAnswer(route, request);
    }
    // Counted before the answer leaves, so that whoever has the answer finds it in the metrics.
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    this.#metrics.observe(request.method, route ? path : OTHER, answer.status, seconds);
    // The query is left out: it may carry personal data.
    const duration = Math.round(seconds * 1e6) / 1e3;
    this.#log.info('request', { method: request.method, path, status: answer.status, duration_ms: duration });
    this.#send(response, answer);
  }

  async #tryAnswer(route, request) {
    try {
      return await route(request);
    } catch (failure) {
      this.#log.error('request failed', failure);
      return json(500, { error: 'internal error' });
    }
  }

  #send(response, answer) {
    if (this.#stopping) {
      response.setHeader('Connection', 'close');
    }
    response.writeHead(answer.status, {
      'Content-Type': answer.type,
      'Content-Length': Buffer.byteLength(answer.body),
      'Cache-Control': 'no-store',
    });
    response.end(answer.body);
  }
}

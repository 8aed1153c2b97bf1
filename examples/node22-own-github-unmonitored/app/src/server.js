/** The HTTP server: probes, metrics, access log, limits, and a stop that lets running requests finish. */

import { createServer, STATUS_CODES } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';
import { Arrival } from './arrival.js';
import { Metrics } from './metrics.js';
import { pathOf } from './path.js';
import { json, Refused } from './routes.js';
import { traceFields } from './trace.js';

const OTHER = 'other';
const READING = ['GET', 'HEAD'];
const LIMITS = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // Longer than a load balancer keeps a connection without traffic (60 s): it must be the side that closes.
  keepAliveTimeout: 75_000,
  maxHeaderSize: 32 * 1024,
  // Node.js would refuse a request without Host by itself, and no metric would count it.
  requireHostHeader: false,
};
const BODY_BYTES = 64 * 1024;
// So many requests are worked on at a time; the others wait for their turn, and the metrics count them.
const CONCURRENCY = 512;
const CONNECTIONS = 4096;
const BACKLOG = 1024;
// How long a stopping service still takes connections: whoever keeps one learns with an answer that it ends.
const LINGER_MILLIS = 1000;
// How many rounds of the event loop it accepts them at most, before it closes the port.
const MOST_ROUNDS = 1000;
// How long it then waits for the first request of a connection that is new.
const FIRST_REQUEST_MILLIS = 500;

export class Server {
  #config;
  #routes;
  // Path to the methods that it takes.
  #allowed = new Map();
  #log;
  #metrics;
  #http;
  #ready = false;
  #stopping = false;
  #running = 0;
  #accepted = 0;
  #waiting = [];
  #arrival = new Arrival();
  // Each open connection: when it came, and when its last answer left.
  #connections = new Map();

  constructor(config, routes, log) {
    this.#config = config;
    this.#routes = routes;
    for (const name of routes.keys()) {
      const [path, method] = name.split(' ').reverse();
      this.#allowed.set(path, [...(this.#allowed.get(path) ?? []), ...(method ? [method] : READING)]);
    }
    this.#log = log;
    const build = { runtime: 'node', version: process.versions.node, revision: config.revision };
    this.#metrics = new Metrics([...routes.keys(), OTHER], build);
    this.#http = createServer(LIMITS, (request, response) => this.#handle(request, response));
    this.#http.maxConnections = CONNECTIONS;
    this.#http.on('connection', (connection) => {
      this.#accepted += 1;
      this.#connections.set(connection, { came: performance.now(), answered: 0 });
      connection.once('close', () => this.#connections.delete(connection));
    });
    this.#http.on('clientError', (failure, connection) => this.#refuse(failure, connection));
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

  /** Turns not ready, closes the port a moment later, waits for what runs. Returns how many requests were cut off. */
  async drain(seconds) {
    const started = performance.now();
    this.#ready = false;
    this.#stopping = true; // from now on every answer ends its connection
    await sleep(Math.min(LINGER_MILLIS, seconds * 500));
    await this.#acceptWaiting();
    // close() waits for every connection, so those without a request are closed until none is left.
    const closed = new Promise((resolve) => this.#http.close(resolve));
    const sweep = setInterval(() => this.#closeIdle(), 100);
    let timer;
    const deadline = new Promise((resolve) => {
      timer = setTimeout(resolve, started + seconds * 1000 - performance.now());
    });
    await Promise.race([closed, deadline]);
    clearInterval(sweep);
    clearTimeout(timer);
    const cutOff = this.#running;
    this.#http.closeAllConnections();
    return cutOff;
  }

  /** Takes the connections that have come already: Node.js accepts one of them a round. */
  async #acceptWaiting() {
    for (let before = -1, rounds = 0; before !== this.#accepted && rounds < MOST_ROUNDS; rounds += 1) {
      before = this.#accepted;
      await nextRound();
      await nextRound();
    }
  }

  #closeIdle() {
    this.#http.closeIdleConnections();
    // Node.js counts a connection without any request as busy.
    for (const [connection, { came }] of this.#connections) {
      if (connection.bytesRead === 0 && performance.now() - came > FIRST_REQUEST_MILLIS) {
        connection.destroy();
      }
    }
  }

  async #handle(request, response) {
    const connection = this.#connections.get(request.socket);
    const started = this.#arrival.of(connection.answered);
    this.#running += 1;
    response.once('finish', () => {
      connection.answered = performance.now();
    });
    response.once('close', () => {
      this.#running -= 1;
    });
    const path = pathOf(request.url);
    const own = this.#own(path);
    const problem = problemOf(request, path);
    if (problem) {
      request.resume();
      this.#send(response, this.#refusal(400, problem), true);
    } else if (!own) {
      await this.#answer(request, response, path, started);
    } else {
      this.#send(response, reads(request) ? own() : notAllowed(response, READING));
    }
  }

  /** Probes and metrics: what is answered at once, whatever waits. */
  #own(path) {
    switch (path) {
      case '/healthz':
        return () => json(200, { status: 'alive' });
      case '/readyz':
        return () => (this.#ready ? json(200, { status: 'ready' }) : json(503, { status: 'not ready' }));
      case '/metrics':
        return () => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: this.#metrics.text() });
      default:
        return undefined;
    }
  }

  async #answer(request, response, path, arrived) {
    const allowed = this.#allowed.get(path);
    const route = this.#routes.get(reads(request) ? path : `${request.method} ${path}`);
    const trace = traceFields(request.headers.traceparent);
    let started = arrived;
    let answer;
    if (!allowed) {
      answer = json(404, { error: 'not found' });
    } else if (!route) {
      answer = notAllowed(response, allowed);
    } else if (reads(request)) {
      answer = await this.#inTurn(() => this.#tryAnswer(route, trace, request));
    } else {
      const body = await this.#tryAnswer(readBody, trace, request);
      started = performance.now(); // the last byte is here
      answer = Buffer.isBuffer(body) ? await this.#inTurn(() => this.#tryAnswer(route, trace, request, body)) : body;
    }
    // Counted before the answer leaves, so that whoever has the answer finds it in the metrics.
    const seconds = (performance.now() - started) / 1e3;
    this.#metrics.observe(request.method, allowed ? path : OTHER, answer.status, seconds);
    // The query is left out: it may carry personal data.
    const duration = Math.round(seconds * 1e6) / 1e3;
    const { method } = request;
    this.#log.info('request', { method, path, status: answer.status, duration_ms: duration, ...trace });
    this.#send(response, answer);
  }

  async #inTurn(work) {
    if (this.#metrics.inFlight >= CONCURRENCY) {
      this.#metrics.queued += 1;
      await new Promise((turn) => this.#waiting.push(turn));
      this.#metrics.queued -= 1;
    } else {
      this.#metrics.inFlight += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) {
        next(); // it takes over the place
      } else {
        this.#metrics.inFlight -= 1;
      }
    }
  }

  /** Answers what Node.js could not read as a request. */
  #refuse(failure, connection) {
    // A caller that went away, or did not finish its request in time, is nothing to report.
    if (!connection.writable || !failure.code?.startsWith('HPE_') || failure.code === 'HPE_INVALID_EOF_STATE') {
      connection.destroy();
      return;
    }
    const answer = this.#refusal(failure.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400, failure.message);
    connection.end(
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\nContent-Type: ${answer.type}\r\n` +
        `Content-Length: ${Buffer.byteLength(answer.body)}\r\nCache-Control: no-store\r\n` +
        `Connection: close\r\n\r\n${answer.body}`,
    );
  }

  /** Counts and logs an invalid request, and answers its sender. */
  #refusal(status, cause) {
    this.#metrics.count(OTHER, OTHER, status);
    this.#log.warn('request refused', { status, cause });
    return json(status, { error: STATUS_CODES[status].toLowerCase() });
  }

  async #tryAnswer(route, trace, ...request) {
    try {
      return await route(...request);
    } catch (failure) {
      if (failure instanceof Refused) {
        return json(failure.status, { error: failure.message });
      }
      this.#log.error('request failed', failure, trace);
      return json(500, { error: 'internal error' });
    }
  }

  #send(response, answer, last = false) {
    if (this.#stopping || last) {
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

/** The error of a request that Node.js lets pass; undefined if it has none. */
function problemOf(request, path) {
  if (!['1.0', '1.1'].includes(request.httpVersion)) {
    return 'unknown version';
  }
  if (path === undefined) {
    return 'unusable target';
  }
  return request.httpVersion === '1.1' && !request.headers.host ? 'no header Host' : undefined;
}

function reads(request) {
  return READING.includes(request.method);
}

async function readBody(request) {
  if (request.headers['transfer-encoding'] !== undefined) {
    throw new Refused(411, 'length required');
  }
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) {
    throw new Refused(413, 'content too large');
  }
  const parts = [];
  try {
    for await (const part of request) {
      parts.push(part);
    }
  } catch {
    throw new Refused(400, 'the body ended early');
  }
  return Buffer.concat(parts);
}

function notAllowed(response, allowed) {
  response.setHeader('Allow', allowed.join(', '));
  return json(405, { error: 'method not allowed' });
}

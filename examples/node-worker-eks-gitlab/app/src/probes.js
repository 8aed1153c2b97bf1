/** Answers to the kubelet and readers of metrics, and to no one else: probes, metrics, and the exact build. */

import { createServer } from 'node:http';

// A connection without a request must not keep the connection.
const LIMITS = { headersTimeout: 10_000, requestTimeout: 10_000 };

export class Probes {
  #http;

  constructor(config, worker) {
    const paths = pathsOf(config, worker);
    this.#http = createServer(LIMITS, (request, response) => {
      const path = request.url.split('?', 1)[0];
      const answer = Object.hasOwn(paths, path) ? paths[path]() : json(404, { error: 'not found' });
      response.writeHead(answer.status, { 'Content-Type': answer.type, 'Content-Length': Buffer.byteLength(answer.body) });
      response.end(request.method === 'HEAD' ? '' : answer.body);
    });
  }

  get port() {
    return this.#http.address().port;
  }

  /** Takes the port, 0 for any free one, and answers from now on. */
  async start(port) {
    await new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, resolve);
    });
  }

  close() {
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

function pathsOf(config, worker) {
  const info = {
    service: config.serviceName,
    environment: config.environment,
    runtime: { name: 'node', version: process.versions.node },
    revision: config.revision,
    digest: config.imageDigest,
  };
  return {
    '/healthz': () => (worker.alive() ? json(200, { status: 'alive' }) : json(503, { status: 'stalled' })),
    '/readyz': () => (worker.ready ? json(200, { status: 'ready' }) : json(503, { status: 'not ready' })),
    '/metrics': () => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: worker.metrics.text() }),
    '/info': () => json(200, info),
  };
}

function json(status, content) {
  return { status, type: 'application/json', body: `${JSON.stringify(content)}\n` };
}

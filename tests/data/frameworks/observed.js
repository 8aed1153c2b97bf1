// The part that services on Express and on Fastify share: metrics, log and state; docs/your-own-framework.md shows it.
import { randomBytes } from 'node:crypto';
import { Counter, Gauge, Histogram, collectDefaultMetrics, register } from 'prom-client';

export const name = process.env.SERVICE_NAME ?? 'service';
export const port = Number(process.env.PORT ?? 8080);
export const drainSeconds = Number(process.env.DRAIN_SECONDS ?? 10);
export const bodyBytes = 64 * 1024;
export const state = { stopping: false };

const revision = process.env.REVISION ?? 'unknown';
const version = process.versions.node;
const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const uncounted = ['/healthz', '/readyz', '/metrics'];

const requests = new Counter({ name: 'http_requests_total', help: 'Requests answered.', labelNames: ['method', 'route', 'code'] });
const seconds = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time to the answer.',
  labelNames: ['method', 'route'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const inFlight = new Gauge({ name: 'http_requests_in_flight', help: 'Requests that are worked on.' });
new Gauge({ name: 'http_requests_queued', help: 'Requests that wait for their turn.' });
new Gauge({ name: 'app_build_info', help: 'What runs.', labelNames: ['runtime', 'version', 'revision'] }).set(
  { runtime: 'node', version, revision },
  1,
);
for (const route of ['/', '/info', 'other']) {
  seconds.zero({ method: 'GET', route });
  for (const code of [200, 500]) requests.inc({ method: 'GET', route, code }, 0);
}
collectDefaultMetrics();

export const metrics = { type: register.contentType, text: () => register.metrics() };

export const info = () => ({
  service: name,
  environment: process.env.ENVIRONMENT ?? 'local',
  runtime: { name: 'node', version },
  revision,
  digest: process.env.IMAGE_DIGEST ?? 'unknown',
});

export function log(level, message, fields = {}) {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}

/** Count, time and log a request when its answer has ended; `route` returns its pattern, or undefined. */
export function observe(request, response, route) {
  if (state.stopping) response.setHeader('Connection', 'close');
  const path = request.url.split('?')[0]; // before a router changes it
  if (uncounted.includes(path)) return;
  const started = performance.now();
  inFlight.inc();
  response.once('close', () => {
    inFlight.dec();
    const millis = performance.now() - started;
    const method = known.includes(request.method) ? request.method : 'other';
    const labels = { method, route: route() ?? 'other' };
    requests.inc({ ...labels, code: response.statusCode });
    seconds.observe(labels, millis / 1000);
    const parts = (request.headers.traceparent ?? '').split('-');
    const traced = parts.length === 4;
    log('info', 'request', {
      method: request.method,
      path,
      status: response.statusCode,
      duration_ms: Math.round(millis * 1000) / 1000,
      trace_id: traced ? parts[1] : randomBytes(16).toString('hex'),
      ...(traced && { span_id: parts[2] }),
    });
  });
}

/** Turn not ready at SIGTERM, close the port a second later, and end when what runs is finished. */
export function stopAt(server) {
  process.once('SIGTERM', () => {
    state.stopping = true; // /readyz is 503, and answers say Connection: close
    setTimeout(() => server.close(() => process.exit(0)), 1000);
    setTimeout(() => process.exit(0), drainSeconds * 1000).unref();
  });
}

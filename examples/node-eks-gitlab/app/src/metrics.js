/**
 * Counts requests and writes them in the Prometheus text format.
 *
 * Every label has a small fixed set of values: a label that a caller can fill freely (a path, an unknown
 * method) would make a new time series for each value and fill the memory of Prometheus.
 */

import { usage } from './process.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Metrics {
  #requests = new Map();
  #durations = new Map();
  #buildInfo;
  inFlight = 0;
  queued = 0;

  /**
   * Starts all series of these routes at zero: without a series for 500 an error ratio would be empty, not 0. A route is a
   * path, which is for GET, or a method and a path.
   */
  constructor(routes, build) {
    this.#buildInfo = labels(build);
    for (const name of routes) {
      const [method, route] = name.includes(' ') ? name.split(' ') : ['GET', name];
      for (const code of [200, 500]) {
        this.#requests.set(labels({ method, route, code }), 0);
      }
      this.#durations.set(labels({ method, route }), new Histogram());
    }
  }

  /** Counts a request and how long it took. */
  observe(method, route, code, seconds) {
    const known = METHODS.has(method) ? method : 'other';
    this.count(known, route, code);
    const key = labels({ method: known, route });
    if (!this.#durations.has(key)) {
      this.#durations.set(key, new Histogram());
    }
    this.#durations.get(key).observe(seconds);
  }

  /** Counts a request that took no time worth measuring. */
  count(method, route, code) {
    const counter = labels({ method, route, code });
    this.#requests.set(counter, (this.#requests.get(counter) ?? 0) + 1);
  }

  text() {
    const lines = header('http_requests_total', 'counter', 'Requests answered, without probes and scrapes.');
    for (const [series, count] of sorted(this.#requests)) {
      lines.push(`http_requests_total{${series}} ${count}`);
    }
    lines.push(...header('http_request_duration_seconds', 'histogram', 'Time from the request to its answer.'));
    for (const [series, histogram] of sorted(this.#durations)) {
      lines.push(...histogram.lines('http_request_duration_seconds', series));
    }
    const gauges = [
      ['http_requests_in_flight', 'gauge', 'Requests that are worked on.', this.inFlight],
      ['http_requests_queued', 'gauge', 'Requests that wait for their turn.', this.queued],
    ];
    for (const [name, type, help, value] of [...gauges, ...usage()]) {
      lines.push(...header(name, type, help), `${name} ${value}`);
    }
    lines.push(...header('app_build_info', 'gauge', 'What runs: runtime, its version, and the revision of the source.'));
    lines.push(`app_build_info{${this.#buildInfo}} 1`);
    return `${lines.join('\n')}\n`;
  }
}

/** How many requests took at most this many seconds, for each of the buckets. */
class Histogram {
  #counts = new Array(BUCKETS.length + 1).fill(0);
  #sum = 0;

  observe(seconds) {
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    this.#counts[bucket < 0 ? BUCKETS.length : bucket] += 1;
    this.#sum += seconds;
  }

  lines(name, series) {
    let total = 0;
    const lines = [...BUCKETS, '+Inf'].map((bound, i) => {
      total += this.#counts[i];
      return `${name}_bucket{${series},le="${bound}"} ${total}`;
    });
    return [...lines, `${name}_sum{${series}} ${this.#sum}`, `${name}_count{${series}} ${total}`];
  }
}

function sorted(series) {
  return [...series].sort(([a], [b]) => (a < b ? -1 : 1));
}

function header(name, type, help) {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labels(values) {
  const escaped = (value) => String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/**
 * Counts messages and writes them in the Prometheus text format.
 *
 * Every label has a small fixed set of values: a label that a sender can fill freely (a name, an unknown type)
 * would make a new time series for each value and fill the memory of Prometheus.
 */

import { usage } from './process.js';

const RESULTS = ['done', 'failed', 'aside'];
const BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

export class Metrics {
  #results = new Map();
  #durations = new Map();
  #buildInfo;
  #now;
  #lastSuccess = 0;
  backlog = { waiting: 0, oldest: 0 };
  inFlight = 0;
  queueErrors = 0;

  /** Starts all series at zero: without a series for failures their share would be empty, not 0. */
  constructor(build, now = () => Date.now() / 1000) {
    this.#buildInfo = labels(build);
    this.#now = now;
    for (const result of RESULTS) {
      this.#results.set(labels({ result }), 0);
      this.#durations.set(labels({ result }), new Histogram());
    }
  }

  /** Counts a message by its result, and how long it took. */
  finished(result, seconds) {
    const series = labels({ result });
    this.#results.set(series, this.#results.get(series) + 1);
    this.#durations.get(series).observe(seconds);
    if (result === 'done') {
      this.#lastSuccess = this.#now();
    }
  }

  text() {
    const { waiting, oldest } = this.backlog;
    // It grows by itself while the loop stands still.
    const age = waiting > 0 ? Math.max(0, this.#now() - oldest) : 0;
    const lines = header('messages_processed_total', 'counter', 'Messages by how their handling ended.');
    for (const [series, count] of this.#results) {
      lines.push(`messages_processed_total{${series}} ${count}`);
    }
    lines.push(...header('message_duration_seconds', 'histogram', 'Time from taking a message to its end.'));
    for (const [series, histogram] of this.#durations) {
      lines.push(...histogram.lines('message_duration_seconds', series));
    }
    const when = 'When a message was last done, since unix epoch; 0: never.';
    const singles = [
      ['queue_errors_total', 'counter', 'Times that the queue did not answer.', this.queueErrors],
      ['messages_in_flight', 'gauge', 'Messages that are worked on.', this.inFlight],
      ['messages_waiting', 'gauge', 'Messages that are not done, as last seen.', waiting],
      ['message_oldest_seconds', 'gauge', 'Age of the oldest message that is not done.', age],
      ['message_last_success_timestamp_seconds', 'gauge', when, this.#lastSuccess],
    ];
    for (const [name, type, help, value] of [...singles, ...usage()]) {
      lines.push(...header(name, type, help), `${name} ${value}`);
    }
    lines.push(...header('app_build_info', 'gauge', 'What runs: runtime, its version, and the revision of the source.'));
    lines.push(`app_build_info{${this.#buildInfo}} 1`);
    return `${lines.join('\n')}\n`;
  }
}

/** How many messages took at most this many seconds, for each of the buckets. */
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

function header(name, type, help) {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labels(values) {
  const escaped = (value) => String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

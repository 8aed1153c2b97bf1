/** Takes one message after the other, until it is told to stop. No message is lost, and none blocks the others for ever. */

import { performance } from 'node:perf_hooks';

// So often a message is tried; then it is put aside, because it would fail for ever.
export const ATTEMPTS = 5;
// Between two looks at a queue that had nothing.
const IDLE_SECONDS = 1;
// The longest pause before a message, or a queue that cannot be reached, is tried again.
const LONGEST_PAUSE_SECONDS = 300;
const LONGEST_QUEUE_PAUSE_SECONDS = 30;

/** Returns the seconds until a message is tried again: 5, 20, 80, 300. */
export function pauseAfter(attempt) {
  return Math.min(LONGEST_PAUSE_SECONDS, 5 * 4 ** (attempt - 1));
}

export class Worker {
  #source;
  #handle;
  #log;
  #longest;
  #now;
  #turned;
  #unreachable = 0;
  #stopping = false;
  #wake = () => {};
  metrics;
  ready = false;

  /** `longest` is how many seconds one message may take; `now` counts seconds. */
  constructor(source, handle, log, metrics, longest, now = () => performance.now() / 1000) {
    this.#source = source;
    this.#handle = handle;
    this.#log = log;
    this.metrics = metrics;
    this.#longest = longest;
    this.#now = now;
    this.#turned = now();
  }

  /** Whether the loop goes round: a message that takes far too long is one that hangs. */
  alive() {
    return this.#now() - this.#turned < this.#longest + 2 * LONGEST_QUEUE_PAUSE_SECONDS;
  }

  /** Goes round until it is stopped. */
  async run() {
    while (!this.#stopping) {
      if (!(await this.turn())) {
        await this.#wait(Math.min(LONGEST_QUEUE_PAUSE_SECONDS, IDLE_SECONDS * 2 ** Math.min(this.#unreachable, 10)));
      }
    }
    this.ready = false;
  }

  /** Lets `run` end when the message in hand is finished. */
  stop() {
    this.#stopping = true;
    this.#wake();
  }

  /** Takes a message and finishes it; returns whether there was one. */
  async turn() {
    this.#turned = this.#now();
    let message;
    try {
      this.metrics.backlog = await this.#source.backlog();
      message = await this.#source.take();
    } catch (failure) {
      // Whatever a queue throws, the worker tries it again.
      this.#lost('the queue cannot be read', failure);
      return false;
    }
    this.#unreachable = 0;
    this.ready = true;
    if (message === null) {
      return false;
    }
    this.metrics.inFlight += 1;
    try {
      await this.#finish(message);
    } finally {
      this.metrics.inFlight -= 1;
    }
    return true;
  }

  async #finish(message) {
    const started = this.#now();
    const result = await this.#try(message);
    const seconds = this.#now() - started;
    try {
      if (result === 'done') {
        await this.#source.done(message);
      } else if (result === 'failed') {
        await this.#source.retry(message, pauseAfter(message.attempt));
      } else {
        await this.#source.setAside(message);
      }
    } catch (failure) {
      // It comes again by itself, as if this pod had been killed.
      this.#lost('the queue did not take the result', failure);
      return;
    }
    this.metrics.finished(result, seconds);
    const { id, attempt } = message;
    this.#log.info('message', { id, attempt, result, duration_ms: Math.round(seconds * 1e6) / 1e3 });
  }

  async #try(message) {
    if (message.attempt > ATTEMPTS) {
      // Each attempt ended with its pod, so that no exception could put it aside: killed for its memory, for example, or hanging.
      const { id, attempt } = message;
      this.#log.warn('put aside', { id, attempt, cause: 'no attempt came to an end' });
      return 'aside';
    }
    try {
      await this.#handle(message, this.#log);
      return 'done';
    } catch (failure) {
      // Whatever the handler throws, the log has it and the message comes again.
      const { id, attempt } = message;
      const last = attempt >= ATTEMPTS;
      this.#log.error(last ? 'put aside' : 'failed', failure, { id, attempt });
      return last ? 'aside' : 'failed';
    }
  }

  #lost(text, failure) {
    this.ready = false;
    this.#unreachable += 1;
    this.metrics.queueErrors += 1;
    this.#log.error(text, failure);
  }

  /** Waits so many seconds, or until it is stopped. */
  #wait(seconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

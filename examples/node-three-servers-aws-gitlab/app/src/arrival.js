import { performance } from 'node:perf_hooks';

/**
 * When a request came in, which is before its handler is called.
 *
 * The event loop takes all requests that have come while it was busy, and works them off one after the other. So one
 * that is handled in this round came in during the round before at the earliest, and after the last answer on its
 * connection; when the loop has slept in between, it came in just now.
 */
export class Arrival {
  #idle = 0;
  #round = 0;
  #earliest = 0;
  #inRound = false;

  /** The moment, in milliseconds of `performance.now()`, of a request on a connection last answered at `answered`. */
  of(answered) {
    const now = performance.now();
    if (!this.#inRound) {
      this.#inRound = true;
      setImmediate(() => {
        this.#inRound = false;
      });
      const idle = performance.nodeTiming.idleTime;
      this.#earliest = idle > this.#idle || this.#round === 0 ? now : this.#round;
      this.#idle = idle;
      this.#round = now;
    }
    return Math.min(now, Math.max(this.#earliest, answered));
  }
}

/**
 * The work of one run. **Put your own here:** `items` lists what is to be done, `handle` does one of them.
 *
 * A run may be repeated: after a failure, after a deployment, by hand. So handle an item such that a second time changes nothing.
 */

/** The run was told to stop (SIGTERM) when `handled` items were done and others were left. */
export class Stopped extends Error {
  constructor(handled) {
    super(`stopped after ${handled} items`);
    this.handled = handled;
  }
}

/** Returns what this run has to do, such as rows of a table that are not done yet. */
export async function items() {
  return ['first', 'second', 'third'];
}

/** Does one item; an exception ends the run, and Kubernetes starts it again. */
export async function handle(item, log) {
  log.info('handled', { item });
}

/** Does all items and returns how many; between two of them it stops when it is told to. */
export async function run(log, stopping, work = items, doOne = handle) {
  let handled = 0;
  for (const item of await work()) {
    // A signal arrives while this program waits, and it may wait for nothing else.
    await new Promise(setImmediate);
    if (stopping()) {
      throw new Stopped(handled);
    }
    await doOne(item, log);
    handled += 1;
  }
  return handled;
}

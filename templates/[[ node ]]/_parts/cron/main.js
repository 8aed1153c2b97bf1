/** Runs the job once: exits 0 when its work is done, and 1 when it is not. */

import { run, Stopped } from './job.js';
import { Log } from './log.js';

const log = new Log((line) => process.stdout.write(line));
let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => (stopping = true));
}

// The exact build: the smoke test of a deployment reads this line.
log.info('started', {
  service: process.env.SERVICE_NAME || 'service',
  environment: process.env.ENVIRONMENT || 'local',
  runtime: { name: 'node', version: process.versions.node },
  revision: process.env.REVISION || 'unknown',
  digest: process.env.IMAGE_DIGEST || 'unknown',
});
const started = performance.now();
try {
  const handled = await run(log, () => stopping);
  log.info('finished', { handled, duration_ms: Math.round(performance.now() - started) });
} catch (failure) {
  if (failure instanceof Stopped) {
    log.warn('stopped before the work was done', { handled: failure.handled });
  } else {
    log.error('failed', failure);
  }
  process.exitCode = 1;
}

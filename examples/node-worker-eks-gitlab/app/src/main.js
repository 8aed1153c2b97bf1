/** Starts the worker, and stops it on SIGTERM. `send TEXT` puts a message into its queue. */

import { load, SettingsError } from './config.js';
import { handle } from './handler.js';
import { Log } from './log.js';
import { Metrics } from './metrics.js';
import { Probes } from './probes.js';
import { connect } from './source.js';
import { Worker } from './worker.js';

const log = new Log((line) => process.stdout.write(line));

try {
  const config = load(process.env);
  const source = await connect(process.env, config.drainSeconds);
  const [command, ...words] = process.argv.slice(2);
  if (command === 'send') {
    log.info('sent', { id: await source.send(words.join(' ')) });
  } else {
    await start(config, source);
  }
} catch (failure) {
  if (failure.code === 'EADDRINUSE') {
    log.refuse('cannot start', `port ${failure.port} is in use: stop what listens there, or set PORT`);
  } else if (failure instanceof SettingsError) {
    log.refuse('cannot start', failure.message);
  } else {
    log.error('cannot start', failure);
  }
  process.exitCode = 1;
}

async function start(config, source) {
  const metrics = new Metrics({ runtime: 'node', version: process.versions.node, revision: config.revision });
  const worker = new Worker(source, handle, log, metrics, config.drainSeconds);
  const probes = new Probes(config, worker);
  await probes.start(config.port);
  const loop = worker.run();
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => stop(worker, loop, config.drainSeconds));
  }
  log.info('started', {
    service: config.serviceName,
    environment: config.environment,
    port: probes.port,
    node: process.versions.node,
    revision: config.revision,
  });
}

async function stop(worker, loop, drainSeconds) {
  log.info('stopping', { drain_seconds: drainSeconds });
  worker.stop();
  const patience = new Promise((resolve) => setTimeout(resolve, drainSeconds * 1000, 'late'));
  if ((await Promise.race([loop, patience])) === 'late') {
    // It is hidden for longer than this process has left, and then another worker takes it.
    log.warn('stopped before the message was finished');
  } else {
    log.info('stopped');
  }
  process.exit(0);
}

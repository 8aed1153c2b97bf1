/** Starts the service, and stops it on SIGTERM. */

import { load, SettingsError } from './config.js';
import { Log } from './log.js';
import { routes } from './routes.js';
import { Server } from './server.js';

const log = new Log((line) => process.stdout.write(line));

try {
  const config = load(process.env);
  const server = new Server(config, routes(config), log);
  await server.start();
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => stop(server, config.drainSeconds));
  }
  server.becomeReady();
  log.info('started', {
    service: config.serviceName,
    environment: config.environment,
    port: server.port,
    node: process.versions.node,
    revision: config.revision,
  });
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

async function stop(server, drainSeconds) {
  log.info('stopping', { drain_seconds: drainSeconds });
  const cutOff = await server.drain(drainSeconds);
  if (cutOff > 0) {
    log.warn('stopped before all requests were finished', { cut_off: cutOff });
  } else {
    log.info('stopped');
  }
  process.exit(0);
}

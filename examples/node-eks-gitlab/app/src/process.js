import { readdirSync } from 'node:fs';

const STARTED = Math.round(performance.timeOrigin) / 1000;

/** Resources that this process uses, under the usual names: name, type, description, value. */
export function usage() {
  const { user, system } = process.cpuUsage();
  const metrics = [
    ['process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', (user + system) / 1e6],
    ['process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', STARTED],
    ['process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', process.memoryUsage.rss()],
  ];
  try {
    const files = readdirSync('/proc/self/fd').length;
    metrics.push(['process_open_fds', 'gauge', 'Number of open file descriptors.', files]);
  } catch {
    // Only Linux reports how many files are open.
  }
  return metrics;
}

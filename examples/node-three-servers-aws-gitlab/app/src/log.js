/** The log: one JSON object a line on standard output, which the cluster collects. */
export class Log {
  #write;

  /** `write` takes one line, its end included. */
  constructor(write) {
    this.#write = write;
  }

  info(message, details = {}) {
    this.#line('info', message, details);
  }

  warn(message, details = {}) {
    this.#line('warn', message, details);
  }

  error(message, cause, details = {}) {
    this.#line('error', message, { ...details, cause: String(cause), trace: cause?.stack ?? '' });
  }

  /** An error that one sentence explains: no trace. */
  refuse(message, cause) {
    this.#line('error', message, { cause });
  }

  #line(level, message, details) {
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...details })}\n`);
  }
}

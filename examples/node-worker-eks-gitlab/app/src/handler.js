/**
 * The work on one message. **Put your own here.**
 *
 * A message may come twice: after a failure, or when a pod was killed before it could finish it. So handle it such that a second
 * time changes nothing.
 */

/** Does what the message asks for. An exception gives it back, and it comes again later. */
export async function handle(message, log) {
  log.info('hello', { id: message.id, bytes: Buffer.byteLength(message.body) });
}

import { randomBytes } from 'node:crypto';

const FORM = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

/**
 * Which trace a request belongs to, for the log: its caller's, as the header `traceparent` has it
 * (https://www.w3.org/TR/trace-context/), or else a new one. It finds the lines of one request, in all services.
 */
export function traceFields(traceparent) {
  const form = FORM.exec(traceparent ?? '');
  return form ? { trace_id: form[1], span_id: form[2] } : { trace_id: randomBytes(16).toString('hex') };
}

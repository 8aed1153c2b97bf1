/** The answers of the service. A new path starts here: one entry in `routes` and one function. */

/** The caller has to change the request; it is answered with this status and this sentence. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/**
 * Path to answer, for GET and HEAD; `POST /` is that of another method, and is handed the body. The paths are also the
 * values of the metrics' label `route`. An exception becomes status 500.
 */
export function routes(config) {
  return new Map([
    ['/', () => greeting(config)],
    ['POST /', (request, body) => greetingOf(config, jsonObject(body))],
    ['/info', () => info(config)],
  ]);
}

export function json(status, content) {
  return { status, type: 'application/json', body: `${JSON.stringify(content)}\n` };
}

/** The body as JSON; throws `Refused` if it is not a JSON object. */
export function jsonObject(body) {
  let content;
  try {
    content = JSON.parse(body);
  } catch {
    // Refused below, like a number or a list.
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new Refused(400, 'the body must be a JSON object');
  }
  return content;
}

function greeting(config) {
  return json(200, { message: `Hello from ${config.serviceName}` });
}

function greetingOf(config, { name }) {
  if (typeof name !== 'string' || name === '') {
    throw new Refused(400, 'name must be a text');
  }
  return json(200, { message: `Hello ${name} from ${config.serviceName}` });
}

/** The exact build: the deployment compares it with the one that it meant to deploy. */
function info(config) {
  return json(200, {
    service: config.serviceName,
    environment: config.environment,
    runtime: { name: 'node', version: process.versions.node },
    revision: config.revision,
    digest: config.imageDigest,
  });
}

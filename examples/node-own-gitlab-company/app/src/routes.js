/** What the service answers. A new path starts here: one entry in `routes` and one function. */

/** Path to answer. The paths are also the values of the metrics' label `route`. An exception becomes status 500. */
export function routes(config) {
  return new Map([
    ['/', () => greeting(config)],
    ['/info', () => info(config)],
  ]);
}

export function json(status, content) {
  return { status, type: 'application/json', body: `${JSON.stringify(content)}\n` };
}

function greeting(config) {
  return json(200, { message: `Hello from ${config.serviceName}` });
}

/** What exactly runs here: the deployment compares it with what it meant to deploy. */
function info(config) {
  return json(200, {
    service: config.serviceName,
    environment: config.environment,
    runtime: { name: 'node', version: process.versions.node },
    revision: config.revision,
    digest: config.imageDigest,
  });
}

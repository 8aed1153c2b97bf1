/** The settings of this process. All of them come from the environment, so one image serves every stage. */

export class SettingsError extends Error {}

/** Reads the settings; throws a SettingsError that names the variable with an unusable value. */
export function load(variables) {
  return Object.freeze({
    port: number(variables, 'PORT', 8080, 0, 65535),
    serviceName: variables.SERVICE_NAME || 'service',
    environment: variables.ENVIRONMENT || 'local',
    revision: variables.REVISION || 'unknown',
    imageDigest: variables.IMAGE_DIGEST || 'unknown',
    drainSeconds: number(variables, 'DRAIN_SECONDS', 10, 1, 3600),
  });
}

function number(variables, name, otherwise, least, most) {
  const value = variables[name] || String(otherwise);
  if (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most) {
    return Number(value);
  }
  throw new SettingsError(`${name} must be a whole number from ${least} to ${most}, not "${value}"`);
}

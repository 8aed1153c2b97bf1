import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../build/app/src/config.js';

test('nothing set means the defaults', () => {
  assert.deepEqual(
    { ...load({}) },
    {
      port: 8080,
      serviceName: 'service',
      environment: 'local',
      revision: 'unknown',
      imageDigest: 'unknown',
      drainSeconds: 10,
    },
  );
});

test('the environment wins', () => {
  const config = load({ PORT: '9000', ENVIRONMENT: 'qa', IMAGE_DIGEST: 'sha256:abc' });
  assert.deepEqual([config.port, config.environment, config.imageDigest], [9000, 'qa', 'sha256:abc']);
});

test('an empty variable is as good as none', () => {
  assert.deepEqual(load({ ENVIRONMENT: '', PORT: '' }), load({}));
});

for (const value of ['http', '-1', '65536', '80.5', '1e3']) {
  test(`an unusable number is named: ${value}`, () => {
    assert.throws(() => load({ PORT: value }), {
      message: `PORT must be a whole number from 0 to 65535, not "${value}"`,
    });
  });
}

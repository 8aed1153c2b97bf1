import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../build/app/src/config.js';
import { routes } from '../../build/app/src/routes.js';

const answers = routes(
  load({ SERVICE_NAME: 'orders', ENVIRONMENT: 'qa', REVISION: 'abc', IMAGE_DIGEST: 'sha256:def' }),
);

test('the greeting names the service', () => {
  assert.deepEqual(JSON.parse(answers.get('/')().body), { message: 'Hello from orders' });
});

test('info says exactly what runs', () => {
  assert.deepEqual(JSON.parse(answers.get('/info')().body), {
    service: 'orders',
    environment: 'qa',
    runtime: { name: 'node', version: process.versions.node },
    revision: 'abc',
    digest: 'sha256:def',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../build/app/src/config.js';
import { Refused, routes } from '../../build/app/src/routes.js';

const answers = routes(
  load({ SERVICE_NAME: 'orders', ENVIRONMENT: 'qa', REVISION: 'abc', IMAGE_DIGEST: 'sha256:def' }),
);

test('the greeting names the service', () => {
  assert.deepEqual(JSON.parse(answers.get('/')().body), { message: 'Hello from orders' });
});

test('a greeting by name needs a name', () => {
  const greet = (body) => answers.get('POST /')(undefined, Buffer.from(body));
  assert.deepEqual(JSON.parse(greet('{"name":"Ada"}').body), { message: 'Hello Ada from orders' });
  for (const body of ['', '{', '[]', 'null', '{}', '{"name":1}', '{"name":""}']) {
    assert.throws(() => greet(body), (failure) => failure instanceof Refused && failure.status === 400, body);
  }
});

test('info names the exact build', () => {
  assert.deepEqual(JSON.parse(answers.get('/info')().body), {
    service: 'orders',
    environment: 'qa',
    runtime: { name: 'node', version: process.versions.node },
    revision: 'abc',
    digest: 'sha256:def',
  });
});

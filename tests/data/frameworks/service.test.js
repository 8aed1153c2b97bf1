// Starts the service on Express or Fastify, and asks it: a test of the service that brings its framework.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import isNumber from 'is-number'; // a package that only tests need

const PORT = 20_000 + (process.pid % 10_000);
const url = `http://127.0.0.1:${PORT}`;

const answered = () => fetch(`${url}/healthz`).then((answer) => answer.ok, () => false);

test('the framework answers, and ends with 0', async (context) => {
  assert.ok(isNumber(PORT));
  const service = spawn(process.execPath, ['build/app/src/main.js'], { env: { ...process.env, PORT, SERVICE_NAME: 'orders' } });
  context.after(() => service.kill('SIGKILL'));
  for (let tries = 0; tries < 300 && !(await answered()); tries += 1) await sleep(100);
  const post = (body) => fetch(url, { method: 'POST', body });
  assert.deepEqual(await (await post('{"name": "Ada"}')).json(), { message: 'Hello Ada from orders' });
  assert.equal((await post('{')).status, 400);
  assert.equal((await fetch(url, { method: 'DELETE' })).headers.get('allow'), 'GET, HEAD, POST');
  service.kill('SIGTERM');
  assert.deepEqual(await once(service, 'exit'), [0, null]);
});

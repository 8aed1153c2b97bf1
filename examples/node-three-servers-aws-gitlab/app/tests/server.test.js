/** Talks to a running server over a real socket. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from '../../build/app/src/config.js';
import { answers } from '../../build/app/src/healthcheck.js';
import { Log } from '../../build/app/src/log.js';
import { json, routes } from '../../build/app/src/routes.js';
import { Server } from '../../build/app/src/server.js';

const CONFIG = load({ PORT: '0' });

/** A server on a free port, and what it wrote to its log. It is stopped when the test ends. */
async function running(context, answer = routes(CONFIG)) {
  const fixture = { log: '' };
  const server = new Server(CONFIG, answer, new Log((line) => (fixture.log += line)));
  await server.start();
  context.after(() => server.drain(0.1));
  const send = (request) => exchange(server.port, request);
  const get = (path) => send(`GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`);
  return Object.assign(fixture, { server, send, get });
}

/** The whole answer, headers included. */
function exchange(port, request) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (part) => (answer += part));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** A route that answers only when the test lets it. */
function gate() {
  let enter;
  let finish;
  const entered = new Promise((resolve) => (enter = resolve));
  const finished = new Promise((resolve) => (finish = resolve));
  const route = async () => {
    enter();
    await finished;
    return json(200, { finished: true });
  };
  return { route: new Map([['/', route]]), entered, finish };
}

async function refusesConnections(port) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const refused = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(false);
      });
      socket.on('error', (failure) => resolve(failure.code === 'ECONNREFUSED'));
    });
    if (refused) {
      return true;
    }
    await sleep(50);
  }
  return false;
}

test('every path answers with its type', async (t) => {
  const { get } = await running(t);
  assert.match(await get('/'), /\{"message":"Hello from service"\}/);
  assert.match(await get('/healthz'), /\{"status":"alive"\}/);
  assert.match(await get('/info'), /Content-Type: application\/json\r\n/);
  assert.match(await get('/metrics'), /Content-Type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/);
});

test('ready only after the start', async (t) => {
  const { server, get } = await running(t);
  assert.match(await get('/readyz'), /^HTTP\/1\.1 503/);
  server.becomeReady();
  assert.match(await get('/readyz'), /^HTTP\/1\.1 200/);
});

test('unknown paths share one series', async (t) => {
  const { get } = await running(t);
  assert.match(await get('/nothing-here'), /^HTTP\/1\.1 404/);
  assert.match(await get('/info/'), /^HTTP\/1\.1 404/);
  const metrics = await get('/metrics');
  assert.match(metrics, /http_requests_total\{method="GET",route="other",code="404"\} 2\n/);
  assert.doesNotMatch(metrics, /nothing-here/);
});

test('probes and scrapes are not counted', async (t) => {
  const { get } = await running(t);
  for (const path of ['/', '/healthz', '/readyz', '/metrics']) {
    await get(path);
  }
  const metrics = await get('/metrics');
  assert.match(metrics, /http_requests_total\{method="GET",route="\/",code="200"\} 1\n/);
  assert.doesNotMatch(metrics, /healthz|route="\/metrics"|code="503"/);
});

test('a failing route is status 500 and counted', async (t) => {
  const failing = new Map([['/', () => Promise.reject(new Error('broken'))]]);
  const fixture = await running(t, failing);
  const answer = await fixture.get('/');
  assert.match(answer, /^HTTP\/1\.1 500/);
  assert.doesNotMatch(answer, /broken/);
  assert.match(await fixture.get('/metrics'), /http_requests_total\{method="GET",route="\/",code="500"\} 1\n/);
  assert.match(fixture.log, /Error: broken/);
});

test('only reading is allowed', async (t) => {
  const { send } = await running(t);
  const answer = await send('POST /info HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}');
  assert.match(answer, /^HTTP\/1\.1 405/);
  assert.match(answer, /Allow: GET, HEAD\r\n/);
  const head = await send('HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200/);
  assert.ok(head.endsWith('\r\n\r\n'));
});

test('a body is read up to its limit', async (t) => {
  const { send, get } = await running(t);
  const head = 'POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n';
  const answer = await send(`${head}Content-Length: 14\r\n\r\n{"name":"Ada"}`);
  assert.match(answer, /\{"message":"Hello Ada from service"\}/);
  assert.match(await send(`${head}Content-Length: 1\r\n\r\n{`), /^HTTP\/1\.1 400/);
  assert.match(await send(`${head}Content-Length: 65537\r\n\r\n{`), /^HTTP\/1\.1 413/);
  assert.match(await send(`${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`), /^HTTP\/1\.1 411/);
  const put = await send('PUT / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n');
  assert.match(put, /Allow: GET, HEAD, POST\r\n/);
  const metrics = await get('/metrics');
  for (const code of [200, 400, 411, 413]) {
    assert.ok(metrics.includes(`http_requests_total{method="POST",route="/",code="${code}"} 1\n`), `${code}`);
  }
});

test('the access log leaves the query out', async (t) => {
  const fixture = await running(t);
  await fixture.get('/info?token=secret');
  await fixture.get('/healthz');
  assert.match(fixture.log, /"message":"request","method":"GET","path":"\/info","status":200/);
  assert.doesNotMatch(fixture.log, /secret|healthz/);
});

test('the health check follows the server', async (t) => {
  const { server } = await running(t);
  const url = `http://127.0.0.1:${server.port}`;
  t.mock.method(console, 'error', () => {});
  assert.equal(await answers(`${url}/healthz`), true);
  assert.equal(await answers(`${url}/readyz`), false);
  await server.drain(0.1);
  assert.equal(await answers(`${url}/healthz`), false);
});

test('stopping finishes what runs and accepts nothing new', async (t) => {
  const slow = gate();
  const { server, get } = await running(t, slow.route);
  const { port } = server;
  server.becomeReady();
  const request = get('/');
  await slow.entered;
  const stop = server.drain(10);
  assert.equal(await refusesConnections(port), true);
  slow.finish();
  assert.match(await request, /\{"finished":true\}/);
  assert.equal(await stop, 0);
});

test('stopping gives up at the deadline', async (t) => {
  const stuck = gate();
  const { server, get } = await running(t, stuck.route);
  get('/').catch(() => {});
  await stuck.entered;
  const started = Date.now();
  assert.equal(await server.drain(0.5), 1);
  assert.ok(Date.now() - started < 3000);
});

test('a request sent while stopping finds the service not ready', async (t) => {
  const slow = gate();
  const { server, get } = await running(t, slow.route);
  server.becomeReady();
  const readiness = 'GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n';
  const socket = connect(server.port, '127.0.0.1');
  // The second half of this request arrives when the service is already stopping.
  socket.write(readiness.slice(0, 20));
  const request = get('/');
  await slow.entered;
  const stop = server.drain(10);
  const answer = new Promise((resolve) => socket.once('data', (part) => resolve(String(part))));
  socket.write(readiness.slice(20));
  assert.match(await answer, /^HTTP\/1\.1 503[^]*Connection: close\r\n/);
  slow.finish();
  await request;
  assert.equal(await stop, 0);
});

test('stopping does not wait for a connection without a request', async (t) => {
  const { server } = await running(t);
  const silent = connect(server.port, '127.0.0.1');
  await new Promise((resolve) => silent.once('connect', resolve));
  const started = Date.now();
  assert.equal(await server.drain(10), 0);
  assert.ok(Date.now() - started < 3000);
});

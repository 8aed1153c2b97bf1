import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, beforeEach, test } from 'node:test';
import { load } from '../../build/app/src/config.js';
import { handle } from '../../build/app/src/handler.js';
import { Log } from '../../build/app/src/log.js';
import { Metrics } from '../../build/app/src/metrics.js';
import { Probes } from '../../build/app/src/probes.js';
import { connect } from '../../build/app/src/source.js';
import { ATTEMPTS, pauseAfter, Worker } from '../../build/app/src/worker.js';

let said;
let metrics;
const message = (id, attempt = 1) => ({ id, body: '', attempt });

/** A queue in memory that notes what becomes of its messages. */
class Queue {
  ended = [];
  broken = false;

  constructor(...messages) {
    this.messages = messages;
  }

  async backlog() {
    if (this.broken) {
      throw new Error('no queue');
    }
    return { waiting: this.messages.length, oldest: this.messages.length > 0 ? 100 : 0 };
  }

  async take() {
    return this.messages.shift() ?? null;
  }

  async done({ id }) {
    this.#ended('done', id);
  }

  async retry({ id }, seconds) {
    this.#ended('retry', id, seconds);
  }

  async setAside({ id }) {
    this.#ended('aside', id);
  }

  #ended(how, id, seconds = 0) {
    if (id === 'unfinished') {
      throw new Error('no queue');
    }
    this.ended.push([how, id, seconds]);
  }
}

const workerOf = (queue, handler = handle, now = undefined) =>
  new Worker(queue, handler, new Log((line) => (said += line)), metrics, 10, now);

async function fail() {
  throw new TypeError('broken');
}

beforeEach(() => {
  said = '';
  metrics = new Metrics({ runtime: 'node', version: '24.0.0', revision: 'a"b\\c\nd' }, () => 160);
});

test('a message that is handled is done', async () => {
  const queue = new Queue(message('a'));
  assert.equal(await workerOf(queue).turn(), true);
  assert.deepEqual(queue.ended, [['done', 'a', 0]]);
  assert.match(said, /"message":"message","id":"a","attempt":1,"result":"done"/);
});

test('an empty queue does not count as a turn', async () => {
  const worker = workerOf(new Queue());
  assert.deepEqual([await worker.turn(), worker.ready], [false, true]);
});

test('a message that fails comes again after longer and longer pauses', async () => {
  const queue = new Queue(...[1, 2, 3, 4].map((attempt) => message('a', attempt)));
  const worker = workerOf(queue, fail);
  while (await worker.turn());
  assert.deepEqual(queue.ended, [5, 20, 80, 300].map((pause) => ['retry', 'a', pause]));
  assert.equal(pauseAfter(9), 300);
});

test('a message that always fails is put aside', async () => {
  const queue = new Queue(message('a', ATTEMPTS), message('b'));
  const worker = workerOf(queue, fail);
  await worker.turn();
  await worker.turn();
  assert.deepEqual(queue.ended.map(([how]) => how), ['aside', 'retry']);
  assert.match(said, /"message":"put aside","id":"a","attempt":5,"cause":"TypeError: broken"/);
});

test('a message that ended its pod at each attempt is put aside and not handled again', async () => {
  const queue = new Queue(message('a', ATTEMPTS + 1));
  const worker = workerOf(queue, () => assert.fail('handled'));
  await worker.turn();
  assert.deepEqual(queue.ended.map(([how]) => how), ['aside']);
  assert.match(said, /"message":"put aside","id":"a","attempt":6,"cause":"no attempt came to an end"/);
});

test('a queue that does not answer makes it not ready and does not end it', async () => {
  const queue = new Queue(message('a'));
  const worker = workerOf(queue);
  queue.broken = true;
  assert.deepEqual([await worker.turn(), worker.ready, queue.messages.length], [false, false, 1]);
  assert.match(metrics.text(), /^queue_errors_total 1$/m);
  queue.broken = false;
  assert.deepEqual([await worker.turn(), worker.ready], [true, true]);
});

test('a result that the queue does not take does not count', async () => {
  await workerOf(new Queue(message('unfinished'))).turn();
  assert.match(metrics.text(), /^messages_processed_total{result="done"} 0$/m);
});

test('it is alive while the loop goes round', async () => {
  let clock = 0;
  const worker = workerOf(new Queue(), handle, () => clock);
  clock = 69.9;
  assert.ok(worker.alive());
  clock = 70;
  assert.ok(!worker.alive());
  await worker.turn();
  assert.ok(worker.alive());
});

test('the message in hand is finished and no other begun', async () => {
  const queue = new Queue(message('a'), message('b'));
  const worker = workerOf(queue, async () => worker.stop());
  await worker.run();
  assert.deepEqual([queue.ended, queue.messages.length], [[['done', 'a', 0]], 1]);
});

test('a worker that waits stops at once', async () => {
  const worker = workerOf(new Queue());
  const loop = worker.run();
  await new Promise(setImmediate);
  worker.stop();
  await loop;
  assert.equal(worker.ready, false);
});

test('every result exists before the first message', () => {
  const lines = metrics.text().split('\n');
  for (const result of ['done', 'failed', 'aside']) {
    assert.ok(lines.includes(`messages_processed_total{result="${result}"} 0`));
    assert.ok(lines.includes(`message_duration_seconds_count{result="${result}"} 0`));
  }
  for (const series of ['messages_in_flight', 'messages_waiting', 'message_oldest_seconds', 'queue_errors_total']) {
    assert.ok(lines.includes(`${series} 0`));
  }
});

test('results and durations are counted, and a label cannot break its line', () => {
  metrics.finished('failed', 0.5);
  metrics.finished('done', 0.6);
  const lines = metrics.text().split('\n');
  assert.ok(lines.includes('messages_processed_total{result="failed"} 1'));
  assert.ok(lines.includes('message_duration_seconds_bucket{result="done",le="0.5"} 0'));
  assert.ok(lines.includes('message_duration_seconds_bucket{result="failed",le="0.5"} 1'));
  assert.ok(lines.includes('message_last_success_timestamp_seconds 160'));
  assert.ok(lines.some((line) => line.endsWith('revision="a\\"b\\\\c\\nd"} 1')));
});

test('the age of the oldest grows by itself', () => {
  metrics.backlog = { waiting: 3, oldest: 100 };
  assert.match(metrics.text(), /^messages_waiting 3$/m);
  assert.match(metrics.text(), /^message_oldest_seconds 60$/m);
});

test('the probes follow the worker, and there is nothing else', async () => {
  let clock = 0;
  const worker = workerOf(new Queue(), handle, () => clock);
  const probes = new Probes(load({ ENVIRONMENT: 'qa', IMAGE_DIGEST: 'sha256:1' }), worker);
  await probes.start(0);
  after(() => probes.close());
  const ask = async (path) => {
    const answer = await fetch(`http://127.0.0.1:${probes.port}${path}`);
    return [answer.status, await answer.text()];
  };
  assert.deepEqual(await ask('/readyz'), [503, '{"status":"not ready"}\n']);
  await worker.turn();
  assert.deepEqual(await ask('/readyz'), [200, '{"status":"ready"}\n']);
  assert.deepEqual(await ask('/healthz'), [200, '{"status":"alive"}\n']);
  clock = 1000;
  assert.deepEqual(await ask('/healthz'), [503, '{"status":"stalled"}\n']);
  const told = JSON.parse((await ask('/info'))[1]);
  assert.deepEqual([told.environment, told.digest, told.runtime.name], ['qa', 'sha256:1', 'node']);
  assert.match((await ask('/metrics'))[1], /^messages_waiting 0$/m);
  assert.equal((await ask('/'))[0], 404);
});

const app = new URL('../../build/app', import.meta.url).pathname;
const main = join(app, 'src/main.js');

/** The whole process, as the cluster runs it; its handler takes `seconds` for a message. */
function start(folder, seconds, drainSeconds) {
  const slow = mkdtempSync(join(tmpdir(), 'app-'));
  cpSync(app, slow, { recursive: true });
  writeFileSync(
    join(slow, 'src/handler.js'),
    `export async function handle(message, log) {
      log.info('hello');
      await new Promise((resolve) => setTimeout(resolve, ${seconds} * 1000));
    }`,
  );
  const program = spawn(process.execPath, [join(slow, 'src/main.js')], {
    env: { ...process.env, PORT: '0', QUEUE_FOLDER: folder, DRAIN_SECONDS: String(drainSeconds) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  after(() => program.kill('SIGKILL'));
  return program;
}

for (const [seconds, drain, last, left] of [[0.5, 5, '"stopped"', 1], [60, 1, 'stopped before the message was finished', 2]]) {
  test(`a message of ${seconds} s at SIGTERM, with ${drain} s to finish it`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'queue-'));
    const queue = await connect({ QUEUE_FOLDER: folder }, 10);
    await queue.send('in hand');
    const program = start(folder, seconds, drain);
    const ended = once(program, 'exit');
    const lines = [];
    for await (const line of createInterface({ input: program.stdout })) {
      lines.push(line);
      if (line.includes('"hello"')) {
        await queue.send('next');
        program.kill('SIGTERM');
      }
    }
    assert.deepEqual(await ended, [0, null]);
    assert.ok(lines.at(-1).includes(last), lines.at(-1));
    assert.equal((await queue.backlog()).waiting, left);
  });
}

test('a message is sent by hand', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'queue-'));
  const sent = spawnSync(process.execPath, [main, 'send', 'hello', 'you'], { env: { ...process.env, QUEUE_FOLDER: folder } });
  const message = await (await connect({ QUEUE_FOLDER: folder }, 10)).take();
  assert.deepEqual([message.body, message.id], ['hello you', JSON.parse(sent.stdout).id]);
});

test('a port that is in use is refused', async () => {
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  after(() => taken.close());
  const env = { ...process.env, PORT: String(taken.address().port), QUEUE_FOLDER: mkdtempSync(join(tmpdir(), 'queue-')) };
  const program = spawn(process.execPath, [main], { env });
  let out = '';
  program.stdout.on('data', (text) => (out += text));
  assert.deepEqual((await once(program, 'exit'))[0], 1);
  assert.match(out, /is in use: stop what listens there/);
});

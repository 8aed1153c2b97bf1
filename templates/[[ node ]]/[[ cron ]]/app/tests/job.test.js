import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { run, Stopped } from '../../build/app/src/job.js';
import { Log } from '../../build/app/src/log.js';

const log = new Log(() => {});
const never = () => false;

test('every item is done once', async () => {
  const done = [];
  const handled = await run(log, never, () => ['a', 'b'], (item) => done.push(item));
  assert.deepEqual([done, handled], [['a', 'b'], 2]);
});

test('nothing to do is done', async () => {
  assert.equal(await run(log, never, () => []), 0);
});

test('it stops between two items', async () => {
  const done = [];
  const stopped = run(log, () => done.length === 1, () => ['a', 'b'], (item) => done.push(item));
  await assert.rejects(stopped, (failure) => failure instanceof Stopped && failure.handled === 1);
  assert.deepEqual(done, ['a']);
});

test('a failing item fails the run', async () => {
  const failing = run(log, never, () => ['a', 'b'], async (item) => {
    throw new Error(item);
  });
  await assert.rejects(failing, { message: 'a' });
});

/** Runs the whole process, as the cluster does, and returns its exit code and the lines of its log. */
function runProcess(change = '') {
  const main = new URL('../../build/app/src/main.js', import.meta.url).href;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', `${change}; await import('${main}');`], {
    env: { ...process.env, ENVIRONMENT: 'qa', REVISION: 'abc', IMAGE_DIGEST: 'sha256:1', NODE_TEST_CONTEXT: '' },
    encoding: 'utf8',
    timeout: 30000,
  });
  return [ended.status, ended.stdout.trim().split('\n').map((line) => JSON.parse(line))];
}

test('a run logs its build and exits 0', () => {
  const [status, lines] = runProcess();
  assert.deepEqual([status, lines.at(-1).message, lines.at(-1).handled], [0, 'finished', 3]);
  const [said] = lines;
  assert.deepEqual([said.message, said.environment, said.revision, said.digest], ['started', 'qa', 'abc', 'sha256:1']);
});

test('SIGTERM ends the run between two items, and it has failed', () => {
  const write = 'const write = process.stdout.write.bind(process.stdout); process.stdout.write = ';
  const [status, lines] = runProcess(
    `${write}(line) => { if (line.includes('"handled"')) process.kill(process.pid, 'SIGTERM'); return write(line); }`,
  );
  assert.deepEqual([status, lines.at(-1).level, lines.at(-1).handled], [1, 'warn', 1]);
});

test('a failure exits 1 with its cause', () => {
  const write = 'const write = process.stdout.write.bind(process.stdout); process.stdout.write = ';
  const [status, lines] = runProcess(
    `${write}(line) => { if (line.includes('"handled","item"')) throw new TypeError('broken'); return write(line); }`,
  );
  assert.deepEqual([status, lines.at(-1).message, lines.at(-1).cause], [1, 'failed', 'TypeError: broken']);
});

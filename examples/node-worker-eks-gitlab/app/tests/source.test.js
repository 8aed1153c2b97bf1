import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { connect, Folder } from '../../build/app/src/source.js';

let root;
let now;
let queue;

async function opened() {
  const folder = new Folder(root, 30, () => now);
  await folder.open();
  return folder;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'queue-'));
  now = 1000;
  queue = await opened();
});

test('the oldest comes first', async () => {
  await queue.send('first');
  now += 1;
  await queue.send('second');
  assert.deepEqual([(await queue.take()).body, (await queue.take()).body, await queue.take()], ['first', 'second', null]);
});

test('only one worker gets a message', async () => {
  await queue.send('once');
  assert.equal((await queue.take()).attempt, 1);
  assert.equal(await (await opened()).take(), null);
});

test('what a killed worker had comes again', async () => {
  const id = await queue.send('again');
  await queue.take();
  now += 30;
  const message = await queue.take();
  assert.deepEqual([message.id, message.body, message.attempt], [id, 'again', 2]);
});

test('what is done is gone', async () => {
  await queue.send('done');
  await queue.done(await queue.take());
  now += 60;
  assert.equal(await queue.take(), null);
  assert.deepEqual(await queue.backlog(), { waiting: 0, oldest: 0 });
});

test('what is given back comes when its pause is over', async () => {
  await queue.send('later');
  await queue.retry(await queue.take(), 5);
  now += 4;
  assert.equal(await queue.take(), null);
  now += 1;
  assert.equal((await queue.take()).attempt, 2);
});

test('what is put aside is kept and never taken', async () => {
  const id = await queue.send('poison');
  await queue.setAside(await queue.take());
  now += 60;
  assert.equal(await queue.take(), null);
  assert.equal(readFileSync(join(root, 'aside', id), 'utf8'), 'poison');
});

test('the backlog holds what waits and what is in hand', async () => {
  await queue.send('a');
  now += 10;
  await queue.send('b');
  await queue.take();
  assert.deepEqual(await queue.backlog(), { waiting: 2, oldest: 1000 });
});

test('a file that is not a message is left alone', async () => {
  writeFileSync(join(root, 'notes.txt'), 'mine');
  assert.equal(await queue.take(), null);
});

test('the folder is a setting', async () => {
  await (await connect({ QUEUE_FOLDER: join(root, 'other') }, 10)).send('there');
  assert.equal(readdirSync(join(root, 'other')).length, 2);
});

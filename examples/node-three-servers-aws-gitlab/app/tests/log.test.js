import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Log } from '../../build/app/src/log.js';

test('an event is one line of JSON', () => {
  let written = '';
  new Log((line) => (written += line)).info('two\nlines', { port: 8080 });
  assert.equal(written.split('\n').length, 2);
  const line = JSON.parse(written);
  assert.deepEqual([line.level, line.message, line.port], ['info', 'two\nlines', 8080]);
  assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('an error stays on one line with its trace', () => {
  let written = '';
  new Log((line) => (written += line)).error('failed', new Error('broken'));
  assert.equal(written.split('\n').length, 2);
  const line = JSON.parse(written);
  assert.equal(line.cause, 'Error: broken');
  assert.match(line.trace, /log\.test\.js/);
});

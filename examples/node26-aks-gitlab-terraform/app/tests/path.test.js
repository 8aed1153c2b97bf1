import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOf } from '../../build/app/src/path.js';

test('a path may be written in several ways', () => {
  for (const target of ['/info', '/%69nfo', '/info?q=%zz', 'http://test/info', 'HTTPS://test:80/info?q']) {
    assert.equal(pathOf(target), '/info');
  }
  assert.equal(pathOf('http://test'), '/');
  assert.equal(pathOf('//info'), '//info');
  assert.equal(pathOf('/%c3%a9'), '/é');
});

test('an invalid path is refused', () => {
  for (const target of ['info', '', '/%zz', '/%6']) {
    assert.equal(pathOf(target), undefined);
  }
});

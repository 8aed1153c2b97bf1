import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from '../../build/app/src/metrics.js';

const metrics = (build = {}) =>
  new Metrics(['/', 'other'], { runtime: 'node', version: '24.0.0', revision: 'abc', ...build });

test('success and failure exist before the first request', () => {
  const lines = metrics().text().split('\n');
  for (const route of ['/', 'other']) {
    for (const code of [200, 500]) {
      assert.ok(lines.includes(`http_requests_total{method="GET",route="${route}",code="${code}"} 0`));
    }
    assert.ok(lines.includes(`http_request_duration_seconds_count{method="GET",route="${route}"} 0`));
  }
  assert.ok(lines.includes('app_build_info{runtime="node",version="24.0.0",revision="abc"} 1'));
});

test('a route of another method starts at zero too', () => {
  const lines = new Metrics(['/', 'POST /'], {}).text().split('\n');
  assert.ok(lines.includes('http_requests_total{method="POST",route="/",code="500"} 0'));
});

test('buckets are cumulative', () => {
  const measured = metrics();
  for (const seconds of [0.25, 0.3, 60]) {
    measured.observe('GET', '/', 200, seconds);
  }
  const lines = measured.text().split('\n');
  const bucket = 'http_request_duration_seconds_bucket{method="GET",route="/",le=';
  for (const [bound, count] of [['0.1', 0], ['0.25', 1], ['0.5', 2], ['10', 2], ['+Inf', 3]]) {
    assert.ok(lines.includes(`${bucket}"${bound}"} ${count}`), bound);
  }
  assert.ok(lines.includes('http_request_duration_seconds_sum{method="GET",route="/"} 60.55'));
  assert.ok(lines.includes('http_requests_total{method="GET",route="/",code="200"} 3'));
});

test('an invented method makes no series of its own', () => {
  const measured = metrics();
  measured.observe('BREW', '/', 405, 0.001);
  assert.match(measured.text(), /http_requests_total\{method="other",route="\/",code="405"\} 1\n/);
  assert.doesNotMatch(measured.text(), /BREW/);
});

test('a label cannot break its line', () => {
  assert.ok(metrics({ revision: 'a"b\\c\nd' }).text().includes('revision="a\\"b\\\\c\\nd"} 1\n'));
});

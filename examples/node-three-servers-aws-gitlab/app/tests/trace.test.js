import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceFields } from '../../build/app/src/trace.js';

test('the trace of the caller goes on', () => {
  const fields = traceFields('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  assert.deepEqual(fields, { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' });
});

test('without a usable one a trace begins', () => {
  for (const header of [undefined, '', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, 'ff-0-0-0']) {
    assert.match(traceFields(header).trace_id, /^[0-9a-f]{32}$/);
  }
  assert.notDeepEqual(traceFields(), traceFields());
});

// A service on Express that holds the contract: docs/your-own-framework.md shows its parts.
import express from 'express';
import { bodyBytes, info, log, metrics, name, observe, port, state, stopAt } from './observed.js';

const app = express().disable('x-powered-by').set('strict routing', true);
app.use((request, response, next) => {
  observe(request, response, () => request.route?.path);
  next();
});
app.use(express.json({ limit: bodyBytes, type: () => true }));

const reads = 'GET, HEAD';
const only = (allowed) => (_, response) => response.set('Allow', allowed).status(405).json({ error: 'method not allowed' });
const get = (path, answer, allowed = reads) => app.get(path, answer).all(path, only(allowed));

app.post('/', (request, response) => {
  if (typeof request.body?.name !== 'string') return response.status(400).json({ error: 'the body must be a JSON object with a name' });
  return response.json({ message: `Hello ${request.body.name} from ${name}` });
});
get('/', (_, response) => response.json({ message: `Hello from ${name}` }), `${reads}, POST`);
get('/info', (_, response) => response.json(info()));
get('/healthz', (_, response) => response.json({ status: 'alive' }));
get('/readyz', (_, response) => response.status(state.stopping ? 503 : 200).json({ ready: !state.stopping }));
get('/metrics', async (_, response) => response.type(metrics.type).send(await metrics.text()));
app.use((_, response) => response.status(404).json({ error: 'not found' }));
app.use((failure, _request, response, _next) => {
  const status = failure.status ?? 500; // 400 and 413 of the body parser
  if (status === 500) log('error', 'request failed', { cause: String(failure) });
  response.status(status).json({ error: status === 500 ? 'internal error' : failure.message });
});

stopAt(app.listen(port, () => log('info', 'started', { port })));

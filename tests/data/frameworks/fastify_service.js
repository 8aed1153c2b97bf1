// A service on Fastify that holds the contract: docs/your-own-framework.md shows its parts.
import Fastify from 'fastify';
import { bodyBytes, info, log, metrics, name, observe, port, state, stopAt } from './observed.js';

const app = Fastify({ bodyLimit: bodyBytes, exposeHeadRoutes: true, return503OnClosing: false });
app.addHook('onRequest', async (request, reply) => observe(request.raw, reply.raw, () => request.routeOptions.url));
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));

const reads = ['GET', 'HEAD'];
const others = (allowed) => ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((each) => !allowed.includes(each));
function get(url, handler, allowed = reads) {
  app.get(url, handler);
  const refused = (_, reply) => reply.header('Allow', allowed.join(', ')).code(405).send({ error: 'method not allowed' });
  app.route({ method: others(allowed), url, handler: refused });
}

app.post('/', async (request, reply) => {
  if (typeof request.body?.name !== 'string') return reply.code(400).send({ error: 'the body must be a JSON object with a name' });
  return { message: `Hello ${request.body.name} from ${name}` };
});
get('/', async () => ({ message: `Hello from ${name}` }), [...reads, 'POST']);
get('/info', async () => info());
get('/healthz', async () => ({ status: 'alive' }));
get('/readyz', async (_, reply) => reply.code(state.stopping ? 503 : 200).send({ ready: !state.stopping }));
get('/metrics', async (_, reply) => reply.type(metrics.type).send(await metrics.text()));
app.setNotFoundHandler((_, reply) => reply.code(404).send({ error: 'not found' }));
app.setErrorHandler((failure, _, reply) => {
  const status = failure.statusCode ?? 500; // 400 and 413 of the body parser
  if (status === 500) log('error', 'request failed', { cause: String(failure) });
  return reply.code(status).send({ error: status === 500 ? 'internal error' : failure.message });
});

await app.listen({ port, host: '0.0.0.0' });
log('info', 'started', { port });
stopAt(app.server);

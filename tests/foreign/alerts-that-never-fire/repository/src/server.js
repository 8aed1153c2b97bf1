const express = require('express');
const client = require('prom-client');

const checkouts = new client.Counter({ name: 'checkout_orders_total', help: 'Orders', labelNames: ['outcome'] });
const seconds = new client.Histogram({ name: 'checkout_duration_seconds', help: 'Duration' });
const app = express();
app.get('/health', (request, response) => response.send('ok'));
app.get('/metrics', async (request, response) => response.send(await client.register.metrics()));
app.post('/checkout', (request, response) => {
  checkouts.inc({ outcome: 'ok' });
  response.sendStatus(201);
});
app.listen(process.env.PORT || 3000);
module.exports = { seconds };

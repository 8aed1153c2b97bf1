import express from 'express';
const app = express();
app.get('/healthcheck', (_, res) => res.send('ok'));
app.get('/api/catalog', (_, res) => res.json([]));
app.listen(7007);

/**
 * A service whose routes want a key. It verifies in its own process: KEYWRIGHT_STORE is a store's folder, postgres://…
 * or https://… of `keywright serve`, which also wants KEYWRIGHT_TOKEN: a key that may `keys:verify`.
 */
import { once } from 'node:events';
import express from 'express';
import { createVerifier } from 'keywright/verifier';

const { KEYWRIGHT_STORE = '.keywright', KEYWRIGHT_TOKEN, ENVIRONMENT = 'production', PORT = '3000' } = process.env;

const verifier = await createVerifier({
  store: KEYWRIGHT_STORE,
  token: KEYWRIGHT_TOKEN,
  environment: ENVIRONMENT,
});

const app = express();

app.get('/hello', verifier.middleware(), (request, response) => {
  response.json({ hello: request.apiKey.name, version: request.apiKey.version });
});

app.post('/events', verifier.middleware({ permission: 'events:write' }), (request, response) => {
  response.status(202).json({ acceptedFrom: request.apiKey.owner });
});

const inItsSpace = verifier.middleware({ permission: 'spaces:read', space: (request) => request.params.space });
app.get('/spaces/:space/rows', inItsSpace, (request, response) => {
  response.json({ space: request.params.space, rows: [] });
});

const server = app.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
console.log(`listening on http://127.0.0.1:${server.address().port}`);

process.once('SIGTERM', async () => {
  server.close();
  // Tells the store of the last uses.
  await verifier.close();
});

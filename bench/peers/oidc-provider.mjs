/**
 * oidc-provider's token introspection (RFC 7662): opaque tokens of one client, which asks for itself by HTTP Basic.
 * Kept in a `Map`, as its own memory adapter forgets all but a thousand. Tells its parent where it listens, and what
 * to ask: `{ port, requests, expects }`.
 */
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const TOKENS = Number(process.argv[2]);
const ASKED = 1_000;
const CLIENT = { client_id: 'asker', client_secret: 'a secret for benchmarks' };

const kept = new Map();

/** As its memory adapter, without the bound; what is not needed here is not there. */
class MapAdapter {
  constructor(model) {
    this.model = model;
  }
  async find(id) {
    return kept.get(`${this.model}:${id}`);
  }
  async upsert(id, payload) {
    kept.set(`${this.model}:${id}`, payload);
  }
  async destroy(id) {
    kept.delete(`${this.model}:${id}`);
  }
}

const provider = new Provider('http://127.0.0.1', {
  adapter: MapAdapter,
  clients: [{ ...CLIENT, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] }],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
  },
  ttl: { ClientCredentials: 86_400 },
});

const client = await provider.Client.find(CLIENT.client_id);
const tokens = [];
for (let at = 0; at < TOKENS; at++)
  tokens.push(await new provider.ClientCredentials({ client, scope: 'spaces:read' }).save());

const basic = Buffer.from(`${CLIENT.client_id}:${encodeURIComponent(CLIENT.client_secret)}`).toString(
  'base64',
);
const requests = Array.from({ length: ASKED }, (_, index) => {
  const body = `token=${tokens[(index * 7_919) % TOKENS]}`;
  return (
    `POST /token/introspection HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${basic}\r\n` +
    `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
});
const server = createServer(provider.callback());
server.listen(0, '127.0.0.1', () =>
  process.send({ port: server.address().port, requests, expects: '"active":true' }),
);

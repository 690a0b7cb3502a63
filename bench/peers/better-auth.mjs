/**
 * better-auth's API-key plugin on SQLite. It verifies in the process of the application only, so here the application
 * is as little as can be: `node:http` that reads the body and answers with what `verifyApiKey` says. Nobody is asked
 * who they are. Tells its parent where it listens, and what to ask: `{ port, requests, expects }`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { SqliteDialect } from 'kysely';
import Database from 'libsql';

const KEYS = Number(process.argv[2]);

const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-peer-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('disconnect', () => process.exit());

const database = new Database(join(folder, 'better-auth.db'));
// The modes in which SQLite writes fastest without losing order; its default is slower.
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
const options = {
  baseURL: 'http://127.0.0.1',
  secret: 'a secret for benchmarks, 32 characters or more',
  database: { dialect: new SqliteDialect({ database }), type: 'sqlite' },
  telemetry: { enabled: false },
  logger: { level: 'error' },
  // A limit on each key would refuse most of the load.
  plugins: [apiKey({ rateLimit: { enabled: false } })],
};
const { runMigrations } = await getMigrations(options);
await runMigrations();
const auth = betterAuth(options);
const { adapter } = await auth.$context;
const now = new Date();
const user = await adapter.create({
  model: 'user',
  data: { name: 'bench', email: 'bench@example.com', emailVerified: true, createdAt: now, updatedAt: now },
});
const keys = [];
for (let at = 0; at < KEYS; at++)
  keys.push((await auth.api.createApiKey({ body: { userId: user.id, name: `key-${at}` } })).key);

const requests = keys.map((key) => {
  const body = JSON.stringify({ key });
  return (
    'POST /verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
    `content-length: ${body.length}\r\n\r\n${body}`
  );
});

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', async () => {
    const answer = JSON.stringify(await auth.api.verifyApiKey({ body: { key: JSON.parse(text).key } }));
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () =>
  process.send({ port: server.address().port, requests, expects: '"valid":true' }),
);

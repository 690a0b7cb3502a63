/** Messages of real servers: none is lost when one is killed, two servers send one, and none is left where it could be read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type HookReceiver,
  hookReceiver,
  type MailServer,
  mailServer,
} from '../support/message-receivers.js';
import { PAGE, SECRET } from '../support/messages.js';
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { ROOT, ServerProcess } from '../support/several-servers.js';
import { Workspace } from '../support/workspace.js';

/** Longer than a message stays with a server that was killed. */
const BOUND_MS = 45_000;

let world: Workspace;
let running: ServerProcess[];
let receivers: (HookReceiver | MailServer)[];
beforeEach(() => {
  world = new Workspace();
  running = [];
  receivers = [];
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.end()));
  for (const receiver of receivers) await receiver.close();
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

async function started(env: Readonly<Record<string, string>>, store = '.keywright'): Promise<ServerProcess> {
  const server = new ServerProcess(world, store, env);
  running.push(server);
  await server.start();
  return server;
}

/** Keeps what it makes until the test is over. */
async function kept<R extends HookReceiver | MailServer>(making: Promise<R>): Promise<R> {
  const receiver = await making;
  receivers.push(receiver);
  return receiver;
}

/** A port where no process listens. */
async function freePort(): Promise<number> {
  const receiver = await hookReceiver();
  await receiver.close();
  return receiver.port;
}

const hookAt = (port: number) => ({
  KEYWRIGHT_OUTBOX: `webhook:http://127.0.0.1:${port}/hook`,
  KEYWRIGHT_OUTBOX_SECRET: SECRET,
});

/** Invites a person; returns the token of the invitation. */
async function invite(server: ServerProcess, email: string): Promise<string> {
  const { status, body } = await server.ask('POST /v1/users/invite', ROOT, {
    email,
    name: 'New',
    actorRoles: [],
  });
  expect(status).toBe(201);
  return body.data.invitation.token;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = Date.now();
  while (!(await holds())) {
    if (Date.now() - startedAt > BOUND_MS) throw new Error(`it did not come to be within ${BOUND_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const tokensOf = ({ hooks }: HookReceiver): readonly string[] =>
  hooks.map(({ body }) => JSON.parse(body).data.token);

const idsOf = ({ hooks }: HookReceiver) => hooks.map(({ headers }) => headers['webhook-id']);

async function metric(server: ServerProcess, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^keywright_outbox_${name} (.*)$`, 'm').exec(text)?.[1]);
}

test('an invitation that a server was killed over before it could be sent is sent after the next start', async () => {
  const port = await freePort();
  const first = await started(hookAt(port));
  const token = await invite(first, 'ada@example.com');
  await first.end('SIGKILL');
  const there = await kept(hookReceiver(undefined, port));
  const next = await started(hookAt(port));
  await until(() => there.hooks.length > 0);
  expect(tokensOf(there)).toEqual([token]);
  await until(async () => (await metric(next, 'pending')) === 0);
  const accepted = await next.ask('POST /v1/invitations/accept', ROOT, { token: tokensOf(there)[0] });
  expect(accepted.status).toBe(200);
});

test('a server that is killed while it sends has the message sent again, under the same id', async () => {
  const there = await kept(hookReceiver((nth) => (nth === 1 ? 'silence' : { status: 200 })));
  const first = await started(hookAt(there.port));
  const token = await invite(first, 'ada@example.com');
  await until(() => there.hooks.length === 1);
  await first.end('SIGKILL');
  const next = await started(hookAt(there.port));
  await until(() => there.hooks.length === 2);
  expect([tokensOf(there), new Set(idsOf(there)).size]).toEqual([[token, token], 1]);
  await until(async () => (await metric(next, 'pending')) === 0);
});

test('a mail server that was away gets the mail when it is back; what is asked meanwhile is answered as ever', async () => {
  const port = await freePort();
  const server = await started({
    ...{ KEYWRIGHT_OUTBOX: `smtp://127.0.0.1:${port}`, KEYWRIGHT_OUTBOX_FROM: 'keys@acme.example' },
    KEYWRIGHT_PUBLIC_URL: PAGE,
  });
  const token = await invite(server, 'ada@example.com');
  await until(async () => (await metric(server, 'failed_total')) > 0);
  expect(await metric(server, 'pending')).toBe(1);
  const there = await kept(mailServer({}, port));
  await until(() => there.mails.length > 0);
  const [mail] = there.mails;
  expect(mail?.to).toBe('ada@example.com');
  expect(mail?.text.replaceAll('=\n', '').replaceAll('=3D', '=')).toContain(`${PAGE}#invitation=${token}\n`);
  await until(async () => (await metric(server, 'pending')) === 0);
  expect(await metric(server, 'sent_total')).toBe(1);
});

test('in development a link is printed once, on standard error, as the secret it is, and is nowhere else', async () => {
  const env = { KEYWRIGHT_ROOT_TOKEN: ROOT, KEYWRIGHT_OUTBOX: 'print', KEYWRIGHT_PUBLIC_URL: PAGE };
  const child = world.start('serve --listen 127.0.0.1:0 --store .keywright', env);
  const printed = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (printed.out += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (printed.err += chunk.toString('utf8')));
  await until(() => /http:\/\/[\d.:]+\/v1/.test(printed.out));
  const url = /http:\/\/[\d.:]+/.exec(printed.out)?.[0];
  const response = await fetch(`${url}/v1/users/invite`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ROOT}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', name: 'Ada', actorRoles: [] }),
  });
  const { data } = (await response.json()) as { data: { invitation: { token: string } } };
  const { token } = data.invitation;
  await until(() => printed.err.includes(token));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await gone).toBe(0);
  expect(printed.err).toContain('SECRET: an invitation for ada@example.com');
  expect(printed.err.split(token)).toHaveLength(2);
  expect(printed.out).not.toContain(token);
  const holding = readdirSync(join(world.folder, '.keywright')).filter((file) =>
    readFileSync(join(world.folder, '.keywright', file), 'latin1').includes(token.slice(20)),
  );
  expect(holding).toEqual([]);
});

test('wrong settings stop a server before it serves, and say what to do without the password', async () => {
  const wrong = { KEYWRIGHT_OUTBOX: 'smtp://keys:hunter2@mail.example' };
  const ended = await world.run('serve --store .keywright --listen 127.0.0.1:0', { env: wrong });
  expect(ended).toMatchObject({ code: 64, stderr: expect.stringContaining('KEYWRIGHT_OUTBOX_FROM') });
  expect(ended.stderr).not.toContain('hunter2');
});

describeWithPostgres('two servers of one store on PostgreSQL', () => {
  const cluster = postgresCluster();

  it('send each message once between them', async () => {
    const address = await cluster.database();
    const there = await kept(hookReceiver());
    const servers = [await started(hookAt(there.port), address), await started(hookAt(there.port), address)];
    const tokens: string[] = [];
    for (let nth = 0; nth < 10; nth++)
      for (const server of servers) tokens.push(await invite(server, `p${tokens.length}@example.com`));
    await until(() => there.hooks.length >= tokens.length);
    for (const server of servers) await until(async () => (await metric(server, 'pending')) === 0);
    expect(tokensOf(there).toSorted()).toEqual(tokens.toSorted());
  });

  it('print nothing: that is for development', async () => {
    const address = await cluster.database();
    const env = { KEYWRIGHT_OUTBOX: 'print' };
    const ended = await world.run(`serve --store ${address} --listen 127.0.0.1:0`, { env });
    expect(ended).toMatchObject({ code: 64, stderr: expect.stringContaining('for development') });
  });
});

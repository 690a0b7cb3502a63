/** examples/flatfile, as people run them: programs of their own, with the official client, against a server. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { guest } from '../support/plan-declarations.js';
import { type Conversation, flatfilePlace } from './harness.js';

const place = flatfilePlace();

/** With a personal access token that its user made for themselves; gives the lines that were printed. */
async function lines({ server, api }: Conversation, script: string): Promise<readonly string[]> {
  const { data } = await api.auth.createPersonalAccessToken({ name: script });
  const ran = await promisify(execFile)(
    process.execPath,
    [join(__dirname, '../../examples/flatfile', script)],
    { env: { PATH: process.env['PATH'], KEYWRIGHT_URL: server.url, KEYWRIGHT_TOKEN: data?.token } },
  );
  expect(ran.stderr).toBe('');
  return ran.stdout.trimEnd().split('\n');
}

const environmentId = async ({ api }: Conversation, name: string) =>
  (await api.environments.list()).data.find((one) => one.name === name)?.id ?? '';

test('F14: the log of every environment names the users and the guests who acted', async () => {
  const talk = await place.talk();
  for (const name of ['development', 'production'])
    await talk.api.spaces.create({ name: `in ${name}`, environmentId: await environmentId(talk, name) });
  const space = (await talk.api.spaces.list()).data.find((one) => one.name === 'in production');
  const { data: book } = await talk.api.workbooks.create({ name: 'Orders', spaceId: space?.id ?? '' });
  await talk.server.hand.create(
    guest('auditor', {
      ...{ environment: 'production', name: 'Gus', email: 'gus@example.com' },
      grants: [{ space: 'in-production' }],
    }),
  );
  const link = await talk.server.asRoot('POST /v1/guest-links', { guest: 'production/auditor' });
  const proof = { type: 'magicLink', token: link.body.data.token };
  const session = await talk.server.ask('POST /v1/auth', { body: proof });
  await talk.as(session.body.accessToken).workbooks.update(book.id, { namespace: 'seen' });
  const log = await lines(talk, 'audit-log.mjs');
  expect(log).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        / development space:created development\/in-development by owner <owner@localhost>$/,
      ),
      expect.stringMatching(
        / production space:created production\/in-production by owner <owner@localhost>$/,
      ),
      expect.stringMatching(/ production workbook:updated orders by Gus <gus@example\.com>, a guest$/),
    ]),
  );
});

test('F15: spaces are counted in each environment and in all', async () => {
  const talk = await place.talk();
  for (const name of ['a', 'b'])
    await talk.api.spaces.create({ name, environmentId: await environmentId(talk, 'production') });
  expect(await lines(talk, 'spaces-across-environments.mjs')).toEqual([
    'development: 0',
    'production: 2',
    '  a (0 workbooks)',
    '  b (0 workbooks)',
    'all: 2',
  ]);
});

test('F16: agents are listed in each environment', async () => {
  const talk = await place.talk();
  const body = { slug: 'sync', topics: ['space:created' as const] };
  await talk.api.agents.create({ environmentId: await environmentId(talk, 'production'), body });
  expect(await lines(talk, 'agents-across-environments.mjs')).toEqual([
    'development: 0',
    'production: 1',
    expect.stringMatching(/^ {2}sync on space:created, deployed 20/),
  ]);
});

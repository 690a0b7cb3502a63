/** Who is written to by what over HTTP (F11): invitations and magic links go into the outbox, and the answer stays the same. */
import { MINUTE_MS } from '../../src/domain/time.js';
import type { Message } from '../../src/ports/outbox.js';
import { takenForMs } from '../../src/ports/outbox.js';
import { change, statuses } from '../support/http-people.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { guest, space, user } from '../support/plan-declarations.js';
import { environment, unwrap } from '../support/store.js';

const place = httpPlace();

interface Started extends TestServer {
  readonly guestId: string;
  readonly spaceId: string;
}

async function started(hasPost: { readonly hasPost?: true } = { hasPost: true }): Promise<Started> {
  const server = await place.start(undefined, hasPost);
  await change(server, environment('production', { isProd: true }));
  await server.hand.create(space('open'));
  await server.hand.create(guest('visitor', { email: 'visitor@example.com', grants: [{ space: 'open' }] }));
  const idOf = async (kind: 'Guest' | 'Space', name: string) => (await server.hand.fetch({ kind, name })).id;
  return {
    ...server,
    guestId: await idOf('Guest', 'production/visitor'),
    spaceId: await idOf('Space', 'production/open'),
  };
}

/** Takes those that are there, for good. */
async function sentMessages({ outbox }: TestServer): Promise<readonly Message[]> {
  const { taken } = unwrap(await outbox.take(8));
  for (const one of taken) unwrap(await outbox.forget(one));
  return taken.map(({ message }) => message);
}

const shortly = ({ kind, to, token }: Message) => [kind, to, token.reveal()];

const exchange = (server: TestServer, body: object) => server.ask('POST /v1/invitations/exchange', { body });

test('F11: every invitation sends a message with the token that is shown', async () => {
  const server = await started();
  await server.hand.create(user('ada'));
  const { guestId, spaceId } = server;
  const person = { email: 'bob@example.com', name: 'Bob', actorRoles: [] };
  const invited = (await server.asRoot('POST /v1/users/invite', person)).body.data;
  expect((await sentMessages(server)).map(shortly)).toEqual([
    ['invitation', 'bob@example.com', invited.invitation.token],
  ]);
  const resent = (await server.asRoot(`POST /v1/users/${invited.id}/resend-invite`)).body.data;
  expect((await sentMessages(server)).map(shortly)).toEqual([
    ['invitation', 'bob@example.com', resent.invitation.token],
  ]);
  const again = (await server.asRoot('POST /v1/users/ada/invitation', {})).body.data;
  expect((await sentMessages(server)).map(shortly)).toEqual([['invitation', 'ada@example.com', again.token]]);
  const link = (await server.asRoot('POST /v1/guest-links', { guest: guestId })).body.data;
  expect((await sentMessages(server)).map(shortly)).toEqual([
    ['magicLink', 'visitor@example.com', link.token],
  ]);
  const fresh = { environment: 'production', email: 'new@example.com', grants: [{ space: 'open' }] };
  const made = (await server.asRoot('POST /v1/guest-invites', fresh)).body.data;
  expect((await sentMessages(server)).map(shortly)).toEqual([['magicLink', 'new@example.com', made.token]]);
  const words = { fromName: 'Ada', message: 'Come in' };
  const links = (await server.asRoot('POST /v1/invitations', [{ guestId, spaceId, ...words }])).body.data
    .links;
  const [message] = await sentMessages(server);
  expect(message).toMatchObject({ to: 'visitor@example.com', environment: 'production', ...words });
  expect(message?.token.reveal()).toBe(links[0].token);
});

test('messages: none for a shared link, a guest’s access token or a refused request', async () => {
  const server = await started();
  const both = environment('production', {
    isProd: true,
    guestAuthentication: ['magic_link', 'shared_link'],
  });
  await change(server, both);
  expect((await server.asRoot('POST /v1/guest-links', { space: 'production/open' })).status).toBe(201);
  expect((await server.asRoot(`GET /v1/guests/${server.guestId}/token`)).body.data.valid).toBe(true);
  const some = [server.guestId, 'us_g_nobody'].map((guestId) => ({ guestId, spaceId: server.spaceId }));
  expect((await server.asRoot('POST /v1/invitations', some)).status).toBe(404);
  expect(unwrap(await server.outbox.pending())).toBe(0);
});

test('messages: a repeated request with the same Idempotency-Key sends no second one', async () => {
  const server = await started();
  const asked = {
    token: 'the root token of these tests, which is long',
    headers: { 'idempotency-key': 'once-only-1' },
  };
  for (let times = 0; times < 2; times++)
    await server.ask('POST /v1/guest-links', { ...asked, body: { guest: server.guestId } });
  expect(await sentMessages(server)).toHaveLength(1);
});

test('F11: a guest requests a link by email address, gets the same response as any address, and signs in by the mailed link', async () => {
  const server = await started();
  const { spaceId } = server;
  for (const email of ['visitor@example.com', 'nobody@example.com', 'no address'])
    expect((await exchange(server, { email, spaceId })).body).toEqual({
      data: { valid: false, sentTo: email },
    });
  const [message, ...more] = await sentMessages(server);
  expect([message?.to, more]).toEqual(['visitor@example.com', []]);
  const { body } = await exchange(server, { token: message?.token.reveal() });
  expect([body.data.valid, ...(await statuses(server, body.data.token))]).toEqual([true, 200]);
  expect((await exchange(server, { email: 'visitor@example.com' })).status).toBe(400);
});

test('F11: asking for links too often is refused with the time to wait, whether or not there is such a guest', async () => {
  const server = await started();
  const { spaceId } = server;
  for (const email of ['visitor@example.com', 'nobody@example.com']) {
    for (let times = 0; times < 3; times++)
      expect((await exchange(server, { email, spaceId })).status).toBe(200);
    const refused = await exchange(server, { email, spaceId });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '900']);
  }
  server.clock.advance(15 * MINUTE_MS);
  expect((await exchange(server, { email: 'visitor@example.com', spaceId })).status).toBe(200);
});

test('messages: none without a transport; a requested link is answered as before', async () => {
  const server = await started({});
  const { guestId, spaceId } = server;
  expect((await server.asRoot('POST /v1/guest-links', { guest: guestId })).status).toBe(201);
  for (const email of ['visitor@example.com', 'nobody@example.com'])
    expect((await exchange(server, { email, spaceId })).body).toEqual({ data: { valid: false } });
  expect([await sentMessages(server), unwrap(await server.outbox.pending())]).toEqual([[], 0]);
});

test('F11: with guestInvites false no guest invites a guest, and no message is sent', async () => {
  const server = await started();
  await change(server, environment('production', { isProd: true, guestInvites: true }));
  const { token: link } = (await server.asRoot('POST /v1/guest-links', { guest: server.guestId })).body.data;
  const token = (await exchange(server, { token: link })).body.data.token;
  unwrap(await server.outbox.take(8));
  server.clock.advance(takenForMs(1));
  const invite = (email: string) => {
    const body = { environment: 'production', email, grants: [{ space: 'open' }] };
    return server.ask('POST /v1/guest-invites', { token, body });
  };
  expect((await invite('friend@example.com')).status).toBe(201);
  expect((await sentMessages(server)).map(({ to }) => to)).toEqual(['friend@example.com']);
  await change(server, environment('production', { isProd: true, guestInvites: false }));
  expect((await invite('late@example.com')).status).toBe(403);
  const environmentId = (await server.hand.fetch({ kind: 'Environment', name: 'production' })).id;
  const body = [{ environmentId, email: 'later@example.com', name: 'x', spaces: [{ id: server.spaceId }] }];
  expect((await server.ask('POST /v1/guests', { token, body })).status).toBe(403);
  expect(await sentMessages(server)).toEqual([]);
});

test('messages: stored sealed, without a readable address or token', async () => {
  const server = await started();
  const { token } = (await server.asRoot('POST /v1/guest-links', { guest: server.guestId })).body.data;
  const rows = place.place.rows('select * from outbox');
  expect(rows).toHaveLength(1);
  // The boxes of test stores hide nothing, so that what is in them can be distinguished from what lies beside them.
  const beside = JSON.stringify(rows.map((row) => ({ ...(row as object), sealed: '' })));
  for (const part of [token, token.slice(-20), 'visitor']) expect(beside).not.toContain(part);
});

test('messages: a forged or changed row is dropped and not sent', async () => {
  const server = await started();
  for (let times = 0; times < 2; times++)
    await server.asRoot('POST /v1/guest-links', { guest: server.guestId });
  place.place.tamper("update outbox set sealed = replace(sealed, 'visitor@', 'eve@')");
  expect(unwrap(await server.outbox.take(8))).toMatchObject({
    taken: [],
    dropped: [{ because: 'tampered' }, { because: 'tampered' }],
  });
});

/** github-actions: sealing, repositories of an organization's secret, Apps, limits, and what is not there. */
import { systemClock } from '../../../src/adapters/system.js';
import { REVISION_ONLY } from '../../../src/domain/live.js';
import { Secret } from '../../../src/domain/secret.js';
import { sinkIdOf } from '../../../src/domain/sinks/index.js';
import type { Clock } from '../../../src/ports/clock.js';
import { delivery, fingerprint, newToken } from '../../support/apply-folder.js';
import {
  ALL_PERMISSIONS,
  APP,
  type GithubPlace,
  githubPlace,
  ORGANIZATION,
  REPOSITORY,
} from '../../support/github-place.js';
import { message } from '../../support/servers/github.js';
import { heardOutsideBodies } from '../../support/servers/loopback-service.js';

const OF_REPOSITORY = `/repos/${REPOSITORY}/actions/secrets/API_KEY`;
const OF_ORGANIZATION = `/orgs/${ORGANIZATION}/actions/secrets/API_KEY`;

let place: GithubPlace;
beforeEach(async () => {
  place = await githubPlace();
});
afterEach(() => place.stop());

const asked = (): readonly string[] =>
  place.server.heard.map(({ method, path }) => `${method} ${path.replace('/api/v3', '')}`);

test('github-actions: a write seals to the key of the repository, and reads back when it was changed', async () => {
  const token = newToken();
  const done = await place.open().deliver(place.sink(), delivery(token));
  expect(done).toEqual({ ok: true, value: { revision: place.server.stored(OF_REPOSITORY)?.updatedAt } });
  expect(place.server.look(OF_REPOSITORY)).toBe(token.reveal());
  expect(asked()).toEqual([
    `GET ${OF_REPOSITORY}`,
    `GET /repos/${REPOSITORY}/actions/secrets/public-key`,
    `GET /repos/${REPOSITORY}/actions/secrets/public-key`,
    `PUT ${OF_REPOSITORY}`,
    `GET ${OF_REPOSITORY}`,
  ]);
});

test('github-actions: a key that was replaced meanwhile is asked for anew', async () => {
  const sinks = place.open();
  const first = await sinks.deliver(place.sink(), delivery(newToken()));
  place.server.newKey(`/repos/${REPOSITORY}/actions/secrets`);
  const next = newToken();
  const fingerprints = [`${REVISION_ONLY}${first.ok ? first.value.revision : ''}`];
  const done = await sinks.deliver(
    place.sink(),
    delivery(next, { expected: { mayBeMissing: false, fingerprints } }),
  );
  expect(done).toMatchObject({ ok: true });
  expect(place.server.look(OF_REPOSITORY)).toBe(next.reveal());
});

test('github-actions: an environment is named as it is, whatever its name', async () => {
  const sink = place.sink({ repository: 'Acme/Shop', environment: 'EU/West #1' });
  const token = newToken();
  expect(await place.open().deliver(sink, delivery(token))).toMatchObject({ ok: true });
  expect(place.server.look(`/repos/${REPOSITORY}/environments/eu%2Fwest%20%231/secrets/API_KEY`)).toBe(
    token.reveal(),
  );
  expect(sinkIdOf(sink)).toBe(
    'github-actions:gh/repos/acme/shop/environments/eu%2Fwest%20%231/secrets/API_KEY#API_KEY',
  );
});

describe('a secret of an organization', () => {
  const sink = () => place.sink({ organization: ORGANIZATION });
  const rewrite = async (): Promise<void> => {
    const [receipt] = await place.open().read([sinkIdOf(sink())]);
    const fingerprints = receipt?.kind === 'holds' ? [receipt.fingerprint] : [];
    const done = await place
      .open()
      .deliver(sink(), delivery(newToken(), { expected: { mayBeMissing: false, fingerprints } }));
    expect(done).toMatchObject({ ok: true });
  };

  test('github-actions: a new one is for no repository until one is chosen', async () => {
    await place.open().deliver(sink(), delivery(newToken()));
    expect(place.server.stored(OF_ORGANIZATION)).toMatchObject({ visibility: 'selected', selected: [] });
  });

  test('github-actions: its selected repositories are kept, however many', async () => {
    await place.open().deliver(sink(), delivery(newToken()));
    const selected = Array.from({ length: 250 }, (_, nth) => nth + 1);
    Object.assign(place.server.stored(OF_ORGANIZATION) ?? {}, { selected });
    await rewrite();
    expect(place.server.stored(OF_ORGANIZATION)).toMatchObject({ visibility: 'selected', selected });
  });

  test.each(['all', 'private'])('github-actions: its visibility %s is kept', async (visibility) => {
    await place.open().deliver(sink(), delivery(newToken()));
    Object.assign(place.server.stored(OF_ORGANIZATION) ?? {}, { visibility, selected: [] });
    await rewrite();
    expect(place.server.stored(OF_ORGANIZATION)).toMatchObject({ visibility });
  });
});

test.each([
  ['a repository', { repository: 'acme/gone' }, 'acme/gone'],
  ['an environment', { repository: REPOSITORY, environment: 'gone' }, 'acme/shop environment gone'],
  ['an organization', { organization: 'gone' }, 'organization gone'],
] as const)(
  'github-actions: %s that is not there is refused, and unknown to a reader',
  async (_, target, name) => {
    const sink = place.sink(target);
    expect(await place.open().read([sinkIdOf(sink)])).toMatchObject([
      { kind: 'unknown', why: expect.stringContaining(`has no ${name},`) },
    ]);
    const done = await place.open().deliver(sink, delivery(newToken()));
    expect(done).toMatchObject({ ok: false, error: { code: 'sink_refused' } });
    expect(place.server.history).toEqual([]);
  },
);

test('github-actions: a repository that is deleted between two requests is refused', async () => {
  place.server.watch((operation) => {
    if (operation === 'PUT') place.server.removeHolder(`/repos/${REPOSITORY}/actions/secrets`);
  });
  expect(await place.open().deliver(place.sink(), delivery(newToken()))).toMatchObject({
    ok: false,
    error: { code: 'sink_refused', message: expect.stringContaining('has no acme/shop') },
  });
});

test('github-actions: a renamed repository is refused: its old name may be taken by another one', async () => {
  place.server.renameRepository(REPOSITORY, 'acme/store');
  expect(await place.open().deliver(place.sink(), delivery(newToken()))).toMatchObject({
    ok: false,
    error: { code: 'sink_refused', message: expect.stringContaining('redirect') },
  });
});

test.each([
  [403, { 'retry-after': '60' }, 60_000],
  [429, { 'retry-after': '5' }, 5_000],
  [429, {}, 60_000],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000090' }, 90_000],
  [403, { 'x-ratelimit-remaining': '0' }, 60_000],
] as const)(
  'github-actions: a limit (%i, %j) is unavailable for %i ms',
  async (status, headers, retryAfterMs) => {
    const clock: Clock = { ...systemClock, now: () => 1_800_000_000_000 };
    place.server.fail({ kind: 'answer', reply: message(status, 'limit', headers) }, 'PUT');
    const done = await place.open({ clock }).deliver(place.sink(), delivery(newToken()));
    expect(done).toMatchObject({ ok: false, error: { code: 'sink_unavailable', retryAfterMs } });
  },
);

test('github-actions: no more secrets than GitHub takes, and none larger', async () => {
  const most = (48 << 10) - 48;
  expect(await place.open().deliver(place.sink(), delivery(new Secret('x'.repeat(most))))).toMatchObject({
    ok: true,
  });
  const before = place.server.heard.length;
  const over = await place
    .open()
    .deliver(
      place.sink({ repository: REPOSITORY, fields: { B: 'key' } }),
      delivery(new Secret('x'.repeat(most + 1))),
    );
  expect(over).toMatchObject({ ok: false, error: { code: 'sink_refused' } });
  expect(place.server.heard.slice(before).map(({ method }) => method)).not.toContain('PUT');
  for (let nth = 1; nth < 100; nth++)
    place.server.overwrite(`/repos/${REPOSITORY}/actions/secrets/S${nth}`, 'x');
  const full = await place
    .open()
    .deliver(place.sink({ repository: REPOSITORY, fields: { B: 'key' } }), delivery(newToken()));
  expect(full).toMatchObject({
    ok: false,
    error: { code: 'sink_refused', message: expect.stringContaining('limit of secrets') },
  });
});

test('github-actions: what another wrote is seen by its instant, which has seconds', async () => {
  const done = await place.open().deliver(place.sink(), delivery(newToken()));
  if (!done.ok) throw new Error(done.error.message);
  const { revision = '' } = done.value;
  expect(revision).toMatch(/T\d\d:\d\d:\d\dZ$/);
  const confirm = () =>
    place.open().confirm(sinkIdOf(place.sink()), { fingerprint: fingerprint(newToken()), revision });
  expect(await confirm()).toMatchObject({ ok: true });
  place.server.overwrite(OF_REPOSITORY, 'of somebody else');
  expect(await confirm()).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
});

describe('an App', () => {
  test('github-actions: its token is got once, and again shortly before it ends', async () => {
    const credential = place.addApp(ALL_PERMISSIONS);
    const clock = { ...systemClock, aheadMs: 0, now: () => Date.now() + clock.aheadMs };
    const sinks = place.open({ credential, env: {}, clock });
    const id = sinkIdOf(place.sink());
    const tokens = (): number => asked().filter((one) => one.includes('/access_tokens')).length;
    expect(await Promise.all([sinks.read([id]), sinks.read([id])])).toEqual([
      [{ kind: 'missing' }],
      [{ kind: 'missing' }],
    ]);
    for (const aheadMs of [54, 56, 110, 112]) {
      clock.aheadMs = aheadMs * 60_000;
      place.server.skewMs = clock.aheadMs;
      expect(await sinks.read([id])).toEqual([{ kind: 'missing' }]);
    }
    expect(tokens()).toBe(3);
    const [first] = place.server.heard;
    expect(first?.path).toBe(`/api/v3/app/installations/${APP.installation}/access_tokens`);
  });

  test('github-actions: an installation, a key or permissions that are wrong are said', async () => {
    const { app } = place.addApp({ environments: 'write' });
    if (app === undefined) throw new Error('an App was added');
    const read = async (wrong: Partial<typeof app>) =>
      (
        await place
          .open({ credential: { app: { ...app, ...wrong } }, env: { PEM: 'no key' } })
          .read([sinkIdOf(place.sink())])
      )[0];
    expect(await read({ installation: 1 })).toMatchObject({
      why: expect.stringContaining('no installation 1'),
    });
    expect(await read({ privateKey: { env: 'PEM' } })).toMatchObject({
      why: expect.stringContaining('not an RSA key'),
    });
    expect(await read({ id: 1 })).toMatchObject({
      why: expect.stringContaining('does not accept the credential'),
    });
    expect(await read({})).toMatchObject({ why: expect.stringContaining('missing permissions') });
  });
});

test('github-actions: the secret is in no address and no header, and the credential in its own header alone', async () => {
  const token = newToken();
  const done = await place.open().deliver(place.sink(), delivery(token));
  const revision = done.ok ? done.value.revision : '';
  await place.open().withdraw(sinkIdOf(place.sink()), `${REVISION_ONLY}${revision}`);
  expect(place.server.look(OF_REPOSITORY)).toBeUndefined();
  expect(heardOutsideBodies(place.server.heard, token.reveal())).toEqual([]);
  expect(place.server.heard.filter(({ body }) => body.includes(token.reveal()))).toEqual([]);
  const withoutOwn = place.server.heard.map((one) => ({
    ...one,
    headers: { ...one.headers, authorization: '' },
  }));
  expect(JSON.stringify(withoutOwn)).not.toContain(place.env['GH_TOKEN']);
});

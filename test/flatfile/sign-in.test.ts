/** How guests sign in, and whom they bring along, as their environment says: through Flatfile's own client (F11, F12). */
import { change } from '../support/http-people.js';
import { environment } from '../support/store.js';
import { type Conversation, flatfilePlace, ONCE } from './harness.js';

const place = flatfilePlace();

type Way = 'magic_link' | 'shared_link';

async function withSpaces() {
  const talk = await place.talk();
  const { data: environments } = await talk.api.environments.list();
  const environmentId = environments.find(({ name }) => name === 'production')?.id ?? '';
  const made = async (name: string) => {
    const { data: space } = await talk.api.spaces.create({ name, environmentId });
    const workbook = async (called: string) =>
      (await talk.api.workbooks.create({ name: called, spaceId: space.id })).data.id;
    return { id: space.id, orders: await workbook('orders'), people: await workbook('people') };
  };
  const [a, b] = [await made('a'), await made('b')];
  const inviting = (email: string, spaces: { id: string; workbooks?: { id: string }[] }[]) => ({
    ...{ environmentId, email: `${email}@example.com`, name: email, spaces },
  });
  return { ...talk, environmentId, a, b, inviting };
}

/** The status of signing in, and the token. */
async function comeIn({ server }: Conversation, body: object) {
  const { status, body: answer } = await server.ask('POST /v1/auth', { body });
  return { status, token: String(answer.accessToken) };
}

test.each<[string, readonly Way[]]>([
  ['magic links alone', ['magic_link']],
  ['shared links alone', ['shared_link']],
  ['both', ['magic_link', 'shared_link']],
])('F11: where an environment takes %s, guests come in by these and no others', async (_, ways) => {
  const talk = await withSpaces();
  const { api, environmentId, a, inviting, server } = talk;
  const { data } = await api.guests.create([inviting('gus', [{ id: a.id }])]);
  const [magic, shared] = [ways.includes('magic_link'), ways.includes('shared_link')];
  await api.environments.update(environmentId, {
    name: 'production',
    isProd: true,
    guestAuthentication: [...ways],
  });
  expect((await api.spaces.get(a.id)).data.guestAuthentication).toEqual(ways);
  const byMagic = await server.asRoot('POST /v1/guest-links', { guest: data[0]?.id });
  const byShared = await server.asRoot('POST /v1/guest-links', { space: a.id });
  expect([byMagic.status, byShared.status]).toEqual([magic ? 201 : 409, shared ? 201 : 409]);
  const invited = api.guests.invite([{ guestId: data[0]?.id ?? '', spaceId: a.id }], ONCE);
  if (magic) await invited;
  else await expect(invited).rejects.toMatchObject({ statusCode: 409 });
  if (magic) {
    const { token } = await comeIn(talk, { type: 'magicLink', token: byMagic.body.data.token });
    expect((await talk.as(token).spaces.list()).data.map(({ id }) => id)).toEqual([a.id]);
  }
  if (shared) {
    const proof = { type: 'sharedLink', token: byShared.body.data.token, email: 'new@example.com' };
    const { token } = await comeIn(talk, proof);
    expect((await talk.as(token).spaces.list()).data.map(({ id }) => id)).toEqual([a.id]);
  }
});

test('F11: disabling a sign-in method ends its sessions and links', async () => {
  const talk = await withSpaces();
  const { api, environmentId, a, inviting, server } = talk;
  const { data } = await api.guests.create([inviting('gus', [{ id: a.id }])]);
  const link = async () =>
    (await server.asRoot('POST /v1/guest-links', { guest: data[0]?.id })).body.data.token as string;
  const [used, unused] = [await link(), await link()];
  const { token } = await comeIn(talk, { token: used });
  await api.environments.update(environmentId, { name: 'production', guestAuthentication: ['shared_link'] });
  await expect(talk.as(token).spaces.list({}, ONCE)).rejects.toMatchObject({ statusCode: 401 });
  expect((await comeIn(talk, { token: unused })).status).toBe(401);
});

test('F11: a guest invites guests into what is open to them, until guestInvites says no', async () => {
  const talk = await withSpaces();
  const { api, a, b, inviting, server, as } = talk;
  await change(server, environment('production', { isProd: true, guestInvites: true }));
  const { data } = await api.guests.create([inviting('gus', [{ id: a.id }])]);
  const own = as((await api.guests.getGuestToken(data[0]?.id ?? '')).data.token);
  const into = { orders: [{ id: a.id, workbooks: [{ id: a.orders }] }], other: [{ id: b.id }] };
  const { data: friends } = await own.guests.create([inviting('friend', into.orders)]);
  expect(friends.map(({ email }) => email)).toEqual(['friend@example.com']);
  const friend = as((await api.guests.getGuestToken(friends[0]?.id ?? '')).data.token);
  expect((await friend.workbooks.list()).data.map(({ id }) => id)).toEqual([a.orders]);
  for (const spaces of [into.other, [{ id: a.id }, ...into.other], []])
    await expect(own.guests.create([inviting('more', spaces)], ONCE)).rejects.toMatchObject({
      statusCode: 403,
    });
  await expect(friend.guests.create([inviting('more', [{ id: a.id }])], ONCE)).rejects.toMatchObject({
    statusCode: 403,
  });
  await change(server, environment('production', { isProd: true, guestInvites: false }));
  await expect(own.guests.create([inviting('late', into.orders)], ONCE)).rejects.toMatchObject({
    statusCode: 403,
  });
  expect((await api.guests.list({ spaceId: a.id })).data.map(({ email }) => email).sort()).toEqual([
    'friend@example.com',
    'gus@example.com',
  ]);
});

test('F12: one space, several spaces, one workbook, several workbooks: each opens what it says and nothing else', async () => {
  const talk = await withSpaces();
  const { api, a, b, inviting, as } = talk;
  const shapes = {
    'one space': [[{ id: a.id }], [a.orders, a.people]],
    'several spaces': [
      [{ id: a.id }, { id: b.id }],
      [a.orders, a.people, b.orders, b.people],
    ],
    'one workbook': [[{ id: a.id, workbooks: [{ id: a.orders }] }], [a.orders]],
    'several workbooks': [
      [{ id: a.id, workbooks: [{ id: a.orders }, { id: a.people }] }],
      [a.orders, a.people],
    ],
  } as const;
  for (const [index, [spaces, opened]] of Object.values(shapes).entries()) {
    const asked = spaces.map((one) => ({
      id: one.id,
      ...('workbooks' in one && { workbooks: one.workbooks.map(({ id }) => ({ id })) }),
    }));
    const { data } = await api.guests.create([inviting(`g${index}`, asked)]);
    const own = as((await api.guests.getGuestToken(data[0]?.id ?? '')).data.token);
    expect((await own.workbooks.list()).data.map(({ id }) => id).sort()).toEqual([...opened].sort());
    const whole = asked.filter((one) => one.workbooks === undefined).map(({ id }) => id);
    expect((await own.spaces.list()).data.map(({ id }) => id).sort()).toEqual(whole.sort());
    for (const id of [a.orders, a.people, b.orders, b.people].filter(
      (one) => !opened.some((is) => is === one),
    ))
      await expect(own.workbooks.get(id, ONCE)).rejects.toMatchObject({ statusCode: 404 });
  }
});

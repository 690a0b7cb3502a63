/** Roles of guests and agents through Flatfile's own client: what is open to a guest, said as the role that they have there. */
import { change } from '../support/http-people.js';
import { environment } from '../support/store.js';
import { type Conversation, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

const GUEST = 'us_rol_guest';

async function withGuest() {
  const talk = await place.talk();
  const { data: environments } = await talk.api.environments.list();
  const idOf = (name: string) => environments.find((one) => one.name === name)?.id ?? '';
  const made = async (name: string, environment = 'production') => {
    const { data: space } = await talk.api.spaces.create({ name, environmentId: idOf(environment) });
    const workbook = async (called: string) =>
      (await talk.api.workbooks.create({ name: called, spaceId: space.id })).data.id;
    return { id: space.id, orders: await workbook('orders'), people: await workbook('people') };
  };
  const [a, b, elsewhere] = [await made('a'), await made('b'), await made('c', 'development')];
  const config = { environmentId: idOf('production'), email: 'gus@example.com', name: 'Gus' };
  const { data } = await talk.api.guests.create([{ ...config, spaces: [{ id: a.id }] }]);
  const guest = data[0]?.id ?? '';
  const { token } = (await talk.api.guests.getGuestToken(guest)).data;
  return { ...talk, guest, a, b, elsewhere, own: talk.as(token), production: idOf('production') };
}

const resources = async ({ api }: Conversation, guest: string): Promise<readonly string[]> =>
  (await api.guests.listGuestRoles(guest)).data.map(({ resourceId }) => resourceId);

test('F12: what is open to a guest, spaces or workbooks, is where they have the role of guests', async () => {
  const talk = await withGuest();
  const { api, guest, a, b, own } = talk;
  const { data: roles } = await api.roles.list();
  expect(roles.find(({ name }) => name === 'guest')?.id).toBe(GUEST);
  const [first] = (await api.guests.listGuestRoles(guest)).data;
  await talk.answered(shapes.ListActorRolesResponse, 'exactly');
  expect(first).toMatchObject({ roleId: GUEST, actorId: guest, resourceId: a.id });
  const { data: given } = await api.guests.assignGuestRole(guest, { roleId: GUEST, resourceId: b.orders });
  await talk.answered(shapes.AssignRoleResponse, 'exactly');
  expect(given).toMatchObject({ roleId: GUEST, resourceId: b.orders });
  expect(await resources(talk, guest)).toEqual([a.id, b.orders]);
  expect((await own.workbooks.list()).data.map(({ id }) => id).sort()).toEqual(
    [a.orders, a.people, b.orders].sort(),
  );
  expect((await own.guests.listGuestRoles(guest)).data.length).toBe(2);
});

test('F12: further workbooks and spaces are added to what is open; given again, nothing changes', async () => {
  const talk = await withGuest();
  const { api, guest, a, b, server } = talk;
  const give = (resourceId: string) => api.guests.assignGuestRole(guest, { roleId: 'guest', resourceId });
  await give(b.orders);
  await give(b.people);
  const before = await server.hand.entries();
  await give(b.people);
  expect(await server.hand.entries()).toBe(before);
  expect(await resources(talk, guest)).toEqual([a.id, b.orders, b.people]);
  await give(b.id);
  expect(await resources(talk, guest)).toEqual([a.id, b.id]);
  expect((await api.guests.get(guest)).data.spaces).toEqual([{ id: a.id }, { id: b.id }]);
});

test('F12: taking a role closes that place alone, at once', async () => {
  const talk = await withGuest();
  const { api, guest, a, b, own } = talk;
  for (const resourceId of [b.orders, b.people])
    await api.guests.assignGuestRole(guest, { roleId: GUEST, resourceId });
  const take = async (resourceId: string) => {
    const { data } = await api.guests.listGuestRoles(guest);
    await api.guests.deleteGuestRole(guest, data.find((role) => role.resourceId === resourceId)?.id ?? '');
    await talk.answered(shapes.Success, 'exactly');
  };
  await take(a.id);
  expect(await resources(talk, guest)).toEqual([b.orders, b.people]);
  await take(b.people);
  expect((await own.workbooks.list()).data.map(({ id }) => id)).toEqual([b.orders]);
  await take(b.orders);
  expect(await resources(talk, guest)).toEqual([]);
  expect((await own.workbooks.list()).data).toEqual([]);
  await expect(api.guests.deleteGuestRole(guest, 'us_acr_0123456789abcdef', ONCE)).rejects.toMatchObject({
    statusCode: 404,
  });
});

test('what no grant can say is refused with why, as a typed error, and changes nothing', async () => {
  const talk = await withGuest();
  const { api, guest, a, b, elsewhere, production } = talk;
  const before = (await api.guests.get(guest)).data;
  const { data: roles } = await api.roles.list();
  const administrator = roles.find(({ name }) => name === 'administrator')?.id ?? '';
  const refusals: readonly (readonly [string, string, number, RegExp])[] = [
    [administrator, b.id, 400, /Other roles are for users/],
    ['us_rol_nobody', b.id, 400, /must be us_rol_guest/],
    [GUEST, production, 400, /cannot be granted an environment/],
    [GUEST, 'us_acc_a', 400, /cannot be granted an environment/],
    [GUEST, elsewhere.id, 409, /a different environment/],
    [GUEST, elsewhere.orders, 409, /a different environment/],
    [GUEST, a.orders, 409, /the whole space/],
    [GUEST, 'us_sp_nowhere', 422, /there is no space/],
    [GUEST, `${b.orders}x`, 422, /there is no/],
  ];
  for (const [roleId, resourceId, statusCode, message] of refusals)
    await expect(api.guests.assignGuestRole(guest, { roleId, resourceId }, ONCE)).rejects.toMatchObject({
      statusCode,
      body: { errors: [{ message: expect.stringMatching(message) }] },
    });
  expect((await api.guests.get(guest)).data).toEqual(before);
});

test('guest roles: guests see their own and change none; others see no guest', async () => {
  const talk = await withGuest();
  const { guest, b, own, api } = talk;
  await change(talk.server, environment('production', { isProd: true, guestInvites: true }));
  const { data: made } = await api.guests.create([
    { environmentId: talk.production, email: 'other@example.com', name: 'Other', spaces: [{ id: b.id }] },
  ]);
  const other = made[0]?.id ?? '';
  const [role] = (await own.guests.listGuestRoles(guest)).data;
  for (const [asked, statusCode] of [
    [() => own.guests.listGuestRoles(other, ONCE), 404],
    [() => own.guests.assignGuestRole(guest, { roleId: GUEST, resourceId: b.id }, ONCE), 403],
    [() => own.guests.assignGuestRole(other, { roleId: GUEST, resourceId: b.id }, ONCE), 404],
    [() => own.guests.deleteGuestRole(guest, role?.id ?? '', ONCE), 403],
  ] as const)
    await expect(asked()).rejects.toMatchObject({ statusCode });
});

test('two places that are opened at once are both open', async () => {
  const talk = await withGuest();
  const { api, guest, a, b } = talk;
  await Promise.all(
    [b.orders, b.people].map((resourceId) =>
      api.guests.assignGuestRole(guest, { roleId: GUEST, resourceId }),
    ),
  );
  expect([...(await resources(talk, guest))].sort()).toEqual([a.id, b.orders, b.people].sort());
});

test('agents have no roles, and are given none: it would permit nothing', async () => {
  const talk = await withGuest();
  const { api, production } = talk;
  const { data: agent } = await api.agents.create({ environmentId: production, body: { slug: 'sync' } });
  const id = agent?.id ?? '';
  expect((await api.agents.listAgentRoles(id)).data).toEqual([]);
  await talk.answered(shapes.ListActorRolesResponse, 'exactly');
  const assigned = { roleId: 'us_rol_administrator', resourceId: production };
  await expect(api.agents.assignAgentRole(id, assigned, ONCE)).rejects.toMatchObject({
    statusCode: 400,
    body: { errors: [{ message: expect.stringMatching(/agents have no roles.*POST \/keys/) }] },
  });
  await expect(api.agents.deleteAgentRole(id, 'us_acr_a', ONCE)).rejects.toMatchObject({
    statusCode: 404,
  });
  await expect(api.agents.listAgentRoles('us_ag_nobody', ONCE)).rejects.toMatchObject({ statusCode: 404 });
});

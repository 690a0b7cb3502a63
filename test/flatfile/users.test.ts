/** People through Flatfile's own client. */
import { type Conversation, FlatfileError, flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

async function withAccount(): Promise<
  Conversation & { readonly accountId: string; readonly role: (name: string) => Promise<string> }
> {
  const talk = await place.talk();
  const [environment] = (await talk.api.environments.list()).data;
  const role = async (name: string) =>
    (await talk.api.roles.list()).data.find((one) => one.name === name)?.id ?? '';
  return { ...talk, accountId: environment?.accountId ?? '', role };
}

/** A person who has accepted an invitation; gives their access token. */
async function joined({ server }: Conversation, token: string): Promise<string> {
  const body = { token, password: 'correct horse battery' };
  return (await server.ask('POST /v1/invitations/accept', { body })).body.accessToken;
}

const invitationIn = ({ raw }: Conversation): string => raw().data.invitation.token;

test('F10: an administrator is invited with their role, signs in, and invites another', async () => {
  const talk = await withAccount();
  const actorRoles = [{ roleId: await talk.role('administrator'), resourceId: talk.accountId }];
  const { data } = await talk.api.users.createAndInvite({
    email: 'ada@example.com',
    name: 'Ada',
    actorRoles,
  });
  const read = await talk.answered(shapes.UserWithRolesResponse, 'with more');
  expect(read.data).toMatchObject({
    email: 'ada@example.com',
    name: 'Ada',
    actorRoles: [{ actorId: data.id, ...actorRoles[0] }],
  });
  const ada = talk.as(await joined(talk, invitationIn(talk)));
  expect((await ada.users.get(data.id)).data).toMatchObject({ name: 'Ada', status: 'active' });
  await ada.users.createAndInvite({ email: 'bob@example.com', name: 'Bob', actorRoles });
  const owners = [{ roleId: await talk.role('owner'), resourceId: talk.accountId }];
  await expect(
    ada.users.createAndInvite({ email: 'eve@example.com', name: 'Eve', actorRoles: owners }, ONCE),
  ).rejects.toMatchObject({ statusCode: 403 });
});

test('invitation: the user is not active yet, and a repeated invitation ends the first', async () => {
  const talk = await withAccount();
  const { data } = await talk.api.users.createAndInvite({
    email: 'ada@example.com',
    name: 'Ada',
    actorRoles: [],
  });
  expect(talk.raw().data.status).toBe('deactivated');
  const first = invitationIn(talk);
  await talk.api.users.resendInvite(data.id);
  await talk.answered(shapes.Success, 'with more');
  const second = invitationIn(talk);
  const tries = { token: first, password: 'correct horse battery' };
  expect((await talk.server.ask('POST /v1/invitations/accept', { body: tries })).status).toBe(401);
  expect(await joined(talk, second)).toMatch(/^ey/);
});

test('people are listed, searched, sorted and paged', async () => {
  const { api, answered } = await withAccount();
  for (const [email, name] of [
    ['zoe@example.com', 'Zoe'],
    ['bob@example.org', 'Bob'],
  ] as const)
    await api.users.createAndInvite({ email, name, actorRoles: [] });
  const emails = async (request = {}) => (await api.users.list(request)).data.map(({ email }) => email);
  expect(await emails({ sortField: 'name', sortDirection: 'desc' })).toEqual([
    'zoe@example.com',
    'owner@localhost',
    'bob@example.org',
  ]);
  const { pagination } = await answered(shapes.ListUsersResponse, 'with more');
  expect(pagination).toEqual({ currentPage: 1, pageCount: 1, totalCount: 3 });
  expect(await emails({ search: 'ZOE' })).toEqual(['zoe@example.com']);
  expect(await emails({ email: 'Bob@example.org' })).toEqual(['bob@example.org']);
  expect(await emails({ pageSize: 1, pageNumber: 2 })).toHaveLength(1);
});

test('users: changed, deactivated, activated and deleted, with their access', async () => {
  const talk = await withAccount();
  const { data } = await talk.api.users.createAndInvite({
    email: 'ada@example.com',
    name: 'Ada',
    actorRoles: [],
  });
  const token = await joined(talk, invitationIn(talk));
  const status = async () => (await talk.server.ask('GET /v1/whoami', { token })).status;
  const updated = await talk.api.users.update(data.id, { name: 'Ada L.', dashboard: 7 });
  await talk.answered(shapes.UserResponse, 'with more');
  expect(updated.data).toMatchObject({ name: 'Ada L.', dashboard: 7 });
  expect(await status()).toBe(200);
  await talk.server.asRoot(`PATCH /v1/users/${data.id}`, { status: 'deactivated' });
  expect(await status()).toBe(401);
  await talk.server.asRoot(`PATCH /v1/users/${data.id}`, { status: 'active' });
  // What was there before stays dead; they sign in again.
  expect(await status()).toBe(401);
  await talk.api.users.delete(data.id);
  await talk.answered(shapes.Success, 'exactly');
  expect(await status()).toBe(401);
  await expect(talk.api.users.get(data.id, ONCE)).rejects.toMatchObject({ statusCode: 404 });
});

test('users: an unreadable name is refused', async () => {
  const { api } = await place.talk();
  const { data } = await api.users.createAndInvite({ email: 'ada@example.com', name: 'Ada', actorRoles: [] });
  const renamed = api.users.update(data.id, { name: 'Ada\u0007' }, ONCE);
  await expect(renamed).rejects.toMatchObject({ statusCode: 400 });
  expect((await api.users.get(data.id)).data.name).toBe('Ada');
});

test('roles are given and taken by an id that is theirs', async () => {
  const talk = await withAccount();
  const { data } = await talk.api.users.createAndInvite({
    email: 'ada@example.com',
    name: 'Ada',
    actorRoles: [],
  });
  const roleId = await talk.role('administrator');
  const given = await talk.api.users.assignUserRole(data.id, { roleId, resourceId: talk.accountId });
  await talk.answered(shapes.AssignRoleResponse, 'exactly');
  expect(given.data).toMatchObject({ roleId, actorId: data.id, resourceId: talk.accountId });
  const member = await talk.role('member');
  const ids = async () => (await talk.api.users.listUserRoles(data.id)).data.map((one) => one.roleId);
  expect(await ids()).toEqual([roleId, member]);
  await talk.answered(shapes.ListActorRolesResponse, 'exactly');
  await talk.api.users.deleteUserRole(data.id, given.data.id);
  expect(await ids()).toEqual([member]);
});

test('a role in a space or an environment is refused, and says where roles are given', async () => {
  const talk = await withAccount();
  const [owner] = (await talk.api.users.list()).data;
  const refused = await talk.api.users
    .assignUserRole(owner?.id ?? '', { roleId: await talk.role('member'), resourceId: 'us_sp_1' }, ONCE)
    .catch((error) => error);
  expect(refused).toBeInstanceOf(FlatfileError);
  expect(refused).toMatchObject({
    statusCode: 400,
    body: { errors: [{ message: expect.stringContaining(talk.accountId) }] },
  });
});

test('the last owner stays', async () => {
  const { api } = await withAccount();
  const [owner] = (await api.users.list()).data;
  await expect(api.users.delete(owner?.id ?? '', ONCE)).rejects.toMatchObject({ statusCode: 409 });
});

test('F9: a pair of a client id and a secret is made for oneself, and exchanged for an access token', async () => {
  const talk = await withAccount();
  const [owner] = (await talk.api.users.list()).data;
  const { data } = await talk.api.users.createApiToken(owner?.id ?? '', { tenantId: talk.accountId });
  await talk.answered(shapes.ApiTokenResponse, 'exactly');
  const { clientId, secret = '' } = data;
  const { accessToken } = await talk
    .as(undefined)
    .auth.createAccessToken({ type: 'apiCredentials', clientId, secret });
  expect((await talk.as(accessToken).users.list()).data).toHaveLength(1);
  const listed = await talk.api.users.listApiTokens(owner?.id ?? '', { tenantId: talk.accountId });
  await talk.answered(shapes.ListApiTokensResponse, 'exactly');
  expect(listed.data.map((one) => [one.clientId, one.secret])).toEqual([[clientId, undefined]]);
});

test('the wrapper that people use works as it comes', async () => {
  const { unmodified } = await place.talk();
  expect((await unmodified().users.list()).data).toHaveLength(1);
});

/** Signing in, keys and tokens through Flatfile's own client. */
import { PASSWORD } from '../support/http-people.js';
import { user } from '../support/plan-declarations.js';
import { flatfilePlace, ONCE, shapes } from './harness.js';

const place = flatfilePlace();

test('F9: email and password are exchanged for an access token, which is refreshed by its text alone', async () => {
  const talk = await place.talk();
  await talk.server.hand.create(user('ada'));
  const { token } = (await talk.server.asRoot('POST /v1/users/ada/invitation', {})).body.data;
  await talk.server.ask('POST /v1/invitations/accept', { body: { token, password: PASSWORD } });
  const anonymous = talk.as(undefined).auth;
  const credentials = { type: 'userCredentials', email: 'ada@example.com', password: PASSWORD } as const;
  const granted = await anonymous.createAccessToken(credentials);
  await talk.answered(shapes.AccessToken, 'exactly');
  const { accountId } = (await talk.api.environments.list()).data[0] ?? {};
  expect(granted).toMatchObject({ expiresIn: '86400', email: 'ada@example.com', accountId });
  const refreshed = await anonymous.refreshToken(granted.accessToken);
  await talk.answered(shapes.AccessToken, 'exactly');
  expect((await talk.as(refreshed.accessToken).environments.list()).data).toHaveLength(2);
  const wrong = anonymous.createAccessToken({ ...credentials, password: 'a wrong password' }, ONCE);
  await expect(wrong).rejects.toMatchObject({
    statusCode: 401,
    body: { code: 'unauthenticated', errors: [{ message: expect.any(String) }] },
  });
});

test('F5: keys of an environment are listed, made, used and removed', async () => {
  const talk = await place.talk();
  const { api } = talk;
  const environmentId = (await api.environments.list()).data.find(({ isProd }) => !isProd)?.id ?? '';
  expect((await api.auth.getApiKeys({ environmentId })).data).toHaveLength(2);
  await talk.answered(shapes.ApiKeysResponse, 'with more');
  const { data: publishable } = await api.auth.getPublishableKey({ environmentId });
  await talk.answered(shapes.PublishableKeyResponse, 'with more');
  expect(publishable).toMatchObject({ type: 'PUBLISHABLE', rawKey: expect.stringMatching(/^pk_test_/) });
  expect(publishable.operations).toContainEqual({ path: '/v1/spaces', method: 'POST' });
  const [made] = (await api.auth.createNewApiKey({ environmentId, type: 'SECRET' })).data;
  await talk.answered(shapes.ApiKeysResponse, 'with more');
  const spaces = () => talk.as(made?.rawKey).spaces.list({}, ONCE);
  expect((await spaces()).data).toEqual([]);
  const removed = await api.auth.deleteApiKey({ environmentId, key: made?.id ?? '' });
  expect(removed.data?.success).toBe(true);
  await expect(spaces()).rejects.toMatchObject({ statusCode: 401 });
});

test('a key that is revoked is listed as such, and another publishable one takes its place', async () => {
  const { api, server, answered } = await place.talk();
  const environmentId = (await api.environments.list()).data[0]?.id ?? '';
  const [second] = (await api.auth.createNewApiKey({ environmentId, type: 'PUBLISHABLE' })).data;
  const { data: first } = await api.auth.getPublishableKey({ environmentId });
  expect(first.id).not.toBe(second?.id);
  await server.asRoot(`POST /v1/keys/${first.id}/revoke`, {});
  expect((await api.auth.getPublishableKey({ environmentId })).data.id).toBe(second?.id);
  const { data } = await api.auth.getApiKeys({ environmentId });
  await answered(shapes.ApiKeysResponse, 'with more');
  expect(data.find(({ id }) => id === first.id)).toMatchObject({ status: 'revoked', lastUsedAt: null });
});

test('F8: personal access tokens are made, listed and deleted', async () => {
  const talk = await place.talk();
  const { auth } = talk.unmodified();
  const { data } = await auth.createPersonalAccessToken({ name: 'laptop' });
  const own = talk.as(data.token);
  expect((await own.environments.list()).data).toHaveLength(2);
  const listed = await talk.api.auth.listPersonalAccessTokens();
  await talk.answered(shapes.PersonalAccessTokensResponse, 'with more');
  expect(listed.data).toMatchObject([
    { id: data.personalAccessToken.id, name: 'laptop', createdAt: expect.any(Date) },
  ]);
  expect((await auth.deletePersonalAccessToken(data.personalAccessToken.id)).data?.success).toBe(true);
  await expect(own.environments.list({}, ONCE)).rejects.toMatchObject({ statusCode: 401 });
});

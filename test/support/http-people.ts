/** People and guests who sign in over HTTP, in short words: each of them as a person would, by the API alone. */

import type { Declaration } from '../../src/domain/objects.js';
import { refOf } from '../../src/domain/objects.js';
import type { Got, TestServer } from './http-world.js';
import { user } from './plan-declarations.js';
import { CALLER, OURS, unwrap } from './store.js';

export const PASSWORD = 'correct horse battery';

/** The declaration as it is from now on. */
export async function change({ hand }: TestServer, declaration: Declaration): Promise<void> {
  const { revision } = await hand.fetch(refOf(declaration));
  unwrap(await hand.mutate({ kind: 'update', declaration, ownership: OURS, revision }));
}

export const removePerson = async ({ hand }: TestServer, name: string): Promise<void> =>
  void unwrap(await hand.store.request({ kind: 'removePerson', object: { kind: 'User', name } }, CALLER));

export async function invited(server: TestServer, name: string): Promise<string> {
  return (await server.asRoot(`POST /v1/users/${name}/invitation`, {})).body.data.token;
}

/** Declares a person, has them invited, and returns the access token that they sign in with. */
export async function joined(
  server: TestServer,
  name: string,
  spec: Parameters<typeof user>[1] = {},
): Promise<string> {
  await server.hand.create(user(name, spec));
  const body = { token: await invited(server, name), password: PASSWORD };
  return (await server.ask('POST /v1/invitations/accept', { body })).body.accessToken;
}

export const login = (server: TestServer, email: string, password = PASSWORD): Promise<Got> =>
  server.ask('POST /v1/auth', { body: { email, password } });

/** What the holder of a token is exchanged for. */
export const exchanged = async (server: TestServer, token: string): Promise<string> =>
  (await server.ask('POST /v1/auth', { token })).body.accessToken;

export interface OwnToken {
  readonly id: string;
  readonly token: string;
}

export async function pat(server: TestServer, token: string, name = 'laptop'): Promise<OwnToken> {
  const { body } = await server.ask('POST /v1/auth/personal-access-tokens', { token, body: { name } });
  return { id: body.data.personalAccessToken.id, token: body.data.token };
}

/** What `GET /whoami` answers each of them. */
export const statuses = async (server: TestServer, ...tokens: readonly string[]): Promise<number[]> =>
  Promise.all(tokens.map(async (token) => (await server.ask('GET /v1/whoami', { token })).status));

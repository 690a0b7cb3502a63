/** GitHub's API as the secrets of Actions need it: requests with the connection's credential, and what a path stands for. */
import { type GithubConnection, githubApi } from '../../domain/connections/github.js';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { githubActions } from '../../domain/sinks/github-actions.js';
import type { Call, DriverWorld } from '../driver.js';
import { type HttpAnswer, openHttp } from '../http.js';
import { type GithubRefused, githubFault } from './faults.js';
import { GITHUB_HEADERS, githubToken, jsonOf } from './token.js';

/** One request with the connection's credential; a fault only where there is no answer. */
export type AskGithub = (
  request: { readonly method: string; readonly path: string; readonly body?: string },
  call: Call,
) => Promise<Result<HttpAnswer>>;

export interface Github {
  readonly ask: AskGithub;
  readonly by: string;
  now(): number;
}

export function openGithub(spec: GithubConnection, world: DriverWorld): Github {
  const { clock, env } = world;
  const by = githubApi(spec);
  const http = openHttp({ origin: by, clock, env });
  const token = githubToken(spec, http, world);
  return {
    by,
    now: () => clock.now(),
    ask: async ({ method, path, body }, call) => {
      const found = await token(call);
      if (!found.ok) return found;
      return http.request({
        ...{ method, path, signal: call.signal, ...(body !== undefined && { body }) },
        headers: { ...GITHUB_HEADERS, ...(body !== undefined && { 'content-type': 'application/json' }) },
        secretHeaders: { authorization: new Secret(`Bearer ${found.value.reveal()}`) },
      });
    },
  };
}

export interface SecretAt {
  readonly path: string;
  /** What it is of: its path without the name. */
  readonly folder: string;
  readonly isOfOrganization: boolean;
  /** As people say it. */
  readonly what: string;
  /** What it is of, as people say it. */
  readonly owner: string;
}

export function secretAt(object: string): SecretAt {
  const path = object.slice(object.indexOf('/'));
  const folder = path.slice(0, path.lastIndexOf('/'));
  const name = path.slice(folder.length + 1);
  const said = githubActions.say({ object, part: name });
  const owner = said.slice(0, -(name.length + 1));
  const isOfOrganization = path.startsWith('/orgs/');
  return { path, folder, isOfOrganization, what: `the secret ${name} of ${owner}`, owner };
}

export const refusedOf = ({ by, now }: Github, { what }: SecretAt): GithubRefused => ({
  what,
  by,
  now: now(),
});

interface PublicKey {
  readonly id: string;
  readonly key: string;
}

/** Gets the public key of the secret's owner; `sink_refused` where that does not exist, or must not be seen. */
export async function publicKey(github: Github, secret: SecretAt, call: Call): Promise<Result<PublicKey>> {
  const answer = await github.ask({ method: 'GET', path: `${secret.folder}/public-key` }, call);
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return fail(nowhere(github, secret));
  if (answer.value.status !== 200) return fail(githubFault(answer.value, refusedOf(github, secret)));
  const { key_id, key } = jsonOf(answer.value.body);
  return typeof key_id === 'string' && typeof key === 'string'
    ? ok({ id: key_id, key })
    : fail(fault('sink_unavailable', `${github.by} gave no key to seal ${secret.what} with`));
}

export const nowhere = ({ by }: Github, { owner }: SecretAt): Fault =>
  fault(
    'sink_refused',
    `${by} has no ${owner}, or does not show it to the credential of the Connection. Check the name, and give the credential access.`,
  );

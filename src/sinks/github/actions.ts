/**
 * Secrets of GitHub Actions. GitHub shows no values, and takes every write: what a receipt is made of is the instant of the
 * last change, read back after the write. Objects are paths of its API: `CONNECTION/repos/acme/shop/actions/secrets/NAME`.
 */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Secret } from '../../domain/secret.js';
import type { Call, Driver, DriverWorld, NamedConnection } from '../driver.js';
import type { HttpAnswer } from '../http.js';
import { type Github, nowhere, openGithub, publicKey, refusedOf, type SecretAt, secretAt } from './api.js';
import { githubFault } from './faults.js';
import { visibilityOf } from './organization.js';
import { sealed } from './seal.js';
import { jsonOf } from './token.js';

export function openGithubActions(connection: NamedConnection | undefined, world: DriverWorld): Driver {
  const spec = connection?.spec.github;
  if (spec === undefined) throw new Error('a sink without a connection to GitHub passed the checks');
  const github = openGithub(spec, world);
  return {
    read: (object, call) => read(github, secretAt(object), call),
    write: async (object, { set, remove }, call) => {
      const secret = secretAt(object);
      for (const value of set.values()) {
        const done = await put(github, { ...secret, value }, call);
        if (!done.ok) return done;
      }
      return remove.length > 0 ? take(github, secret, call) : ok(undefined);
    },
  };
}

async function read(github: Github, secret: SecretAt, call: Call): ReturnType<Driver['read']> {
  const answer = await github.ask({ method: 'GET', path: secret.path }, call);
  if (!answer.ok) return answer;
  if (answer.value.status === 404) {
    // GitHub responds the same for an absent secret, and for a repository that does not exist or must not be seen.
    const key = await publicKey(github, secret, call);
    return key.ok ? ok(undefined) : key;
  }
  if (answer.value.status !== 200) return fail(githubFault(answer.value, refusedOf(github, secret)));
  const { updated_at } = jsonOf(answer.value.body);
  return typeof updated_at === 'string'
    ? ok({ values: undefined, revision: updated_at })
    : fail(fault('sink_unavailable', `${github.by} does not say when ${secret.what} was changed`));
}

async function put(
  github: Github,
  { value, ...secret }: SecretAt & { readonly value: Secret },
  call: Call,
): Promise<Result<void>> {
  const key = await publicKey(github, secret, call);
  if (!key.ok) return key;
  const visibility = secret.isOfOrganization ? await visibilityOf(github, secret, call) : ok({});
  if (!visibility.ok) return visibility;
  const encrypted_value = await sealed(value, key.value.key);
  if (encrypted_value === undefined)
    return fail(
      fault('sink_unavailable', `the key that ${github.by} gave for ${secret.owner} is not one to seal with`),
    );
  const body = JSON.stringify({ encrypted_value, key_id: key.value.id, ...visibility.value });
  const answer = await github.ask({ method: 'PUT', path: secret.path, body }, call);
  return settled(answer, github, secret);
}

/** What is gone already is taken out. */
async function take(github: Github, secret: SecretAt, call: Call): Promise<Result<void>> {
  const answer = await github.ask({ method: 'DELETE', path: secret.path }, call);
  if (answer.ok && answer.value.status === 404) {
    const key = await publicKey(github, secret, call);
    return key.ok ? ok(undefined) : key;
  }
  return settled(answer, github, secret);
}

function settled(answer: Result<HttpAnswer>, github: Github, secret: SecretAt): Result<void> {
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === 201 || status === 204) return ok(undefined);
  return fail(
    status === 404 ? nowhere(github, secret) : githubFault(answer.value, refusedOf(github, secret)),
  );
}

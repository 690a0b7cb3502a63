/** Which repositories may use a secret of an organization: a write that does not say it again takes it from them. */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Call } from '../driver.js';
import type { Github, SecretAt } from './api.js';
import { githubFault } from './faults.js';
import { jsonOf } from './token.js';

export interface Visibility {
  readonly visibility: string;
  readonly selected_repository_ids?: readonly number[];
}

/** For no repository: an administrator chooses the repositories of a new secret, and Keywright keeps the choice. */
const OF_NEW: Visibility = { visibility: 'selected', selected_repository_ids: [] };

const PAGE = 100;
/** More than an organization can select one by one. */
const PAGES_MAX = 100;

/** As it is now; for a secret that does not exist yet, what it begins with. */
export async function visibilityOf(
  github: Github,
  secret: SecretAt,
  call: Call,
): Promise<Result<Visibility>> {
  const answer = await github.ask({ method: 'GET', path: secret.path }, call);
  if (!answer.ok) return answer;
  if (answer.value.status === 404) return ok(OF_NEW);
  if (answer.value.status !== 200)
    return fail(githubFault(answer.value, { what: secret.what, by: github.by, now: github.now() }));
  const { visibility } = jsonOf(answer.value.body);
  if (visibility === 'all' || visibility === 'private') return ok({ visibility });
  if (visibility !== 'selected')
    return fail(fault('sink_refused', `this version does not support the visibility of ${secret.what}`));
  const selected = await selectedIds(github, secret, call);
  return selected.ok ? ok({ visibility, selected_repository_ids: selected.value }) : selected;
}

async function selectedIds(github: Github, secret: SecretAt, call: Call): Promise<Result<readonly number[]>> {
  const ids: number[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    const path = `${secret.path}/repositories?per_page=${PAGE}&page=${page}`;
    const answer = await github.ask({ method: 'GET', path }, call);
    if (!answer.ok) return answer;
    if (answer.value.status !== 200)
      return fail(githubFault(answer.value, { what: secret.what, by: github.by, now: github.now() }));
    const { repositories, total_count } = jsonOf(answer.value.body);
    const found = Array.isArray(repositories) ? repositories.map(({ id }) => id as unknown) : [undefined];
    if (!found.every((id) => typeof id === 'number'))
      return fail(
        fault('sink_unavailable', `${github.by} does not say which repositories may use ${secret.what}`),
      );
    ids.push(...found);
    if (found.length < PAGE || ids.length === total_count) return ok(ids);
  }
  return fail(fault('sink_refused', `more than ${PAGE * PAGES_MAX} repositories may use ${secret.what}`));
}

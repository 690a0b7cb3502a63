/** The permissions of docs/how-to/sinks/github-actions.md: with each its target works, and with less it does not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REVISION_ONLY } from '../../../src/domain/live.js';
import { sinkIdOf } from '../../../src/domain/sinks/index.js';
import { delivery, newToken } from '../../support/apply-folder.js';
import { APP, type GithubPlace, githubPlace, ORGANIZATION, REPOSITORY } from '../../support/github-place.js';
import type { Permissions } from '../../support/servers/github-accounts.js';

const page = readFileSync(join(__dirname, '../../../docs/how-to/sinks/github-actions.md'), 'utf8');
const permissions = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '') as Readonly<
  Record<string, Permissions>
>;

const TARGETS = {
  repository: { repository: REPOSITORY },
  environment: { repository: REPOSITORY, environment: 'production' },
  organization: { organization: ORGANIZATION },
} as const;

let place: GithubPlace;
beforeEach(async () => {
  place = await githubPlace();
});
afterEach(() => place.stop());

/** Delivers twice and takes it out; the codes of what failed. */
async function everything(target: keyof typeof TARGETS, credential: Parameters<GithubPlace['open']>[0]) {
  const [sinks, sink] = [place.open(credential), place.sink(TARGETS[target])];
  const one = await sinks.deliver(sink, delivery(newToken()));
  const held = (from: typeof one): string => `${REVISION_ONLY}${from.ok ? from.value.revision : ''}`;
  const two = await sinks.deliver(
    sink,
    delivery(newToken(), { expected: { mayBeMissing: false, fingerprints: [held(one)] } }),
  );
  const out = await sinks.withdraw(sinkIdOf(sink), held(two));
  return [one, two, out].flatMap((done) => (done.ok ? [] : [done.error.code]));
}

describe.each(Object.keys(TARGETS) as (keyof typeof TARGETS)[])('%s', (target) => {
  const needed = permissions[target] ?? {};

  test('github permissions: the page has all that its sinks need, for a token and for an App', async () => {
    const env = {
      GH_TOKEN: place.server.accounts.newToken({ permissions: needed, repositories: [REPOSITORY] }),
    };
    expect(await everything(target, { env })).toEqual([]);
    expect(await everything(target, { env: {}, credential: place.addApp(needed) })).toEqual([]);
    expect(place.server.heard.some(({ path }) => path.includes(`/installations/${APP.installation}/`))).toBe(
      true,
    );
  });

  test('github permissions: with those of the other targets, or to read alone, nothing is written', async () => {
    const others = Object.entries(permissions).filter(([name]) => name !== target);
    const readOnly = Object.fromEntries(Object.keys(needed).map((name) => [name, 'read' as const]));
    for (const less of [Object.assign({}, ...others.map(([, one]) => one)) as Permissions, readOnly]) {
      const env = { GH_TOKEN: place.server.accounts.newToken({ permissions: less }) };
      expect(await everything(target, { env })).toContain('sink_forbidden');
    }
    expect(place.server.history).toEqual([]);
  });

  test('github permissions: to read alone is enough for a plan', async () => {
    const readOnly = Object.fromEntries(Object.keys(needed).map((name) => [name, 'read' as const]));
    const env = { GH_TOKEN: place.server.accounts.newToken({ permissions: readOnly }) };
    expect(await place.open({ env }).read([sinkIdOf(place.sink(TARGETS[target]))])).toEqual([
      { kind: 'missing' },
    ]);
  });
});

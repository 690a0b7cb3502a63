/**
 * One run: hours in which everything goes wrong, then calm. When faults have stopped and the documents rest,
 * everything must come to what is declared within an hour, and stay so.
 */
import { versionFactsOf } from '../../src/credential-store/rows.js';
import type { ObjectRow, VersionRow } from '../../src/credential-store/storage-port.js';
import type { SinkId } from '../../src/domain/kinds/index.js';
import { declaredEnd, isAccepted } from '../../src/domain/lifecycle.js';
import { parseToken } from '../../src/domain/secret.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { RECONCILER_PATH } from '../../src/reconcile/drift-attribution.js';
import { type KeyDeclaration, sinksOf } from './documents.js';
import type { Violation } from './judge.js';
import type { Scenario } from './scenario.js';
import { abilityAt } from './services.js';
import { World } from './world.js';

export const CHAOS_MS = HOUR_MS;
const CALM_MS = 2 * HOUR_MS;

export interface Outcome {
  readonly violation: Violation | undefined;
  /** Names of the faults that happened. */
  readonly faults: readonly string[];
  readonly keys: readonly string[];
  /** Equal exactly when two runs did the same. */
  readonly digest: number;
  readonly tail: readonly string[];
  readonly passes: number;
}

export async function run(scenario: Scenario): Promise<Outcome> {
  const world = new World(scenario);
  await world.start();
  const calmAt = world.timeline.now + (scenario.chaosMs ?? CHAOS_MS);
  await world.runUntil(calmAt);
  world.faults.calm();
  if (!world.judge.violation) await comeToRest(world);
  return {
    violation: world.judge.violation,
    faults: world.faults.happened,
    keys: world.documents.universe,
    digest: world.trace.digest,
    tail: world.trace.tail(200),
    passes: world.passes.length,
  };
}

async function comeToRest(world: World): Promise<void> {
  const { documents, judge, trace } = world;
  const before = documents.keys();
  documents.rest();
  judge.edited(before);
  trace.note('calm');
  await rests(world);
  // A version that was issued to end is replaced in time by one that was not: once for every key.
  for (let renewals = 0; !judge.violation && (await isStirred(world)); renewals++) {
    if (renewals === documents.universe.length) judge.accuse('convergence', 'something is renewed for ever');
    await rests(world);
  }
}

/** Until the plan is empty and everything is as declared. */
async function rests(world: World): Promise<void> {
  const { judge, timeline } = world;
  const from = world.passes.length;
  const isAtRest = (): boolean => world.passes.length > from && isIdle(world) && ghosts(world) === undefined;
  await world.runUntil(timeline.now + CALM_MS, isAtRest);
  if (judge.violation || isAtRest()) return;
  const last = world.passes.at(-1);
  const open = last
    ? JSON.stringify({
        steps: last.plan.steps.map((step) => `${step.id} (${step.reason})`),
        failed: last.report?.results.filter(({ status }) => status === 'failed'),
        waiting: last.plan.waiting,
        findings: last.plan.findings,
      })
    : 'no pass at all';
  judge.accuse(isIdle(world) ? 'no ghost' : 'convergence', `${ghosts(world) ?? ''} ${open}`);
}

/** A second apply does nothing, whichever process does it; or renews what was about to end, and then it is true. */
async function isStirred(world: World): Promise<boolean> {
  const { judge, storage, timeline } = world;
  const entries = storage.tables.audit.size;
  const ending = endingKeys(world);
  const from = world.passes.length;
  await world.runUntil(timeline.now + CALM_MS, () => world.passes.length >= from + 2);
  const since = storage.tables.audit.all().slice(entries);
  const more = since.filter(({ path }) => path === RECONCILER_PATH);
  const causeless = more.filter((row) => !ending.has(row.object_name));
  if (causeless.length > 0)
    judge.accuse(
      'convergence',
      `at rest, and yet: ${causeless.map((row) => `${row.action} ${row.object_name}`).join(', ')}`,
    );
  return more.length > 0;
}

/** Keys with a version that ends by time, whatever the documents say by now. */
function endingKeys({ storage, timeline }: World): ReadonlySet<string> {
  const { objects, versions } = storage.tables;
  const ending = versions.where((row) => row.expires_at !== null && row.expires_at > timeline.now);
  return new Set(ending.flatMap(({ object_id }) => objects.get(object_id)?.name ?? []));
}

const LASTING = new Set(['Expired']);

function isIdle(world: World): boolean {
  const last = world.passes.at(-1);
  const plan = last?.plan;
  return (
    plan !== undefined &&
    // What it saw is still so.
    last?.entries === world.storage.tables.audit.size &&
    plan.basedOn.desired === world.documents.desired().digest &&
    plan.steps.length === 0 &&
    plan.findings.every(({ severity, code }) => severity !== 'refuse' || code === 'ExpiresInPast') &&
    plan.waiting.every(({ reason }) => LASTING.has(reason))
  );
}

/** What is there and should not be, or the other way round; undefined when all is as declared. */
function ghosts(world: World): string | undefined {
  const { documents, timeline } = world;
  const { tables } = world.storage;
  const acceptedOf = (object: ObjectRow): readonly VersionRow[] =>
    tables.versions.where(
      (row) => row.object_id === object.id && isAccepted(versionFactsOf(row), timeline.now),
    );
  const ours = tables.objects.where((row) => row.kind === 'ApiKey' && row.origin !== 'system');
  for (const object of ours.filter(({ removed_at }) => removed_at !== null))
    if (acceptedOf(object).length > 0) return `removed ${object.name} is still accepted`;
  const live = ours.filter(({ removed_at }) => removed_at === null);
  for (const object of live)
    if (!documents.key(object.name)) return `${object.name} is live and not declared`;
  for (const declared of documents.keys()) {
    const object = live.find(({ name }) => name === declared.metadata.name);
    // A key whose declared end has passed is not made any more.
    if (object === undefined && declaredEnd(declared.spec) <= timeline.now) continue;
    if (object === undefined) return `${declared.metadata.name} is declared and not live`;
    const wrong = wrongAbout(declared, { object, accepted: acceptedOf(object), world });
    if (wrong) return `${declared.metadata.name} ${wrong}`;
  }
  return undefined;
}

function wrongAbout(
  declared: KeyDeclaration,
  {
    object,
    accepted,
    world,
  }: { readonly object: ObjectRow; readonly accepted: readonly VersionRow[]; readonly world: World },
): string | undefined {
  const newest = world.storage.tables.versions
    .where((row) => row.object_id === object.id)
    .reduce<VersionRow | undefined>((a, b) => (a && a.generation > b.generation ? a : b), undefined);
  // A person starts it again before long, and only then it is as declared, also where it has expired.
  if (object.deactivated_at !== null) return 'is deactivated';
  if (declaredEnd(declared.spec) <= world.timeline.now)
    return accepted.length > 0 ? 'has lapsed and is accepted' : undefined;
  const [only, ...more] = accepted;
  if (only === undefined || more.length > 0 || only !== newest)
    return `has the accepted generations ${accepted.map((row) => row.generation).join()}`;
  if (only.promoted_at === null) return 'was not promoted';
  // An older store does not know what was delivered since, and where nothing is shown nobody sees it.
  const isKnown = (sink: SinkId): boolean => !world.judge.isRestored || abilityAt(sink)?.read !== 'nothing';
  const lacking = sinksOf(declared).find(
    (sink) => isKnown(sink) && parseToken(world.places.content(sink) ?? '')?.id !== only.token_id,
  );
  return lacking && `is not in ${lacking}`;
}

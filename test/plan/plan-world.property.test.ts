/**
 * The world in memory that golden stories and the planner's properties run on is what the real store and real sinks are:
 * after any history the two are planned for alike. What the store does is held by the contract suites.
 */
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { compareRefs, type Declaration, refText } from '../../src/domain/objects.js';
import type { Result } from '../../src/domain/result.js';
import { DAY_MS, durationMs } from '../../src/domain/time.js';
import type { Plan } from '../../src/plan/plan.js';
import type { Request } from '../../src/ports/live-store.js';
import { planText } from '../../src/render/plan-text.js';
import { type ApplyTestWorld, applyWorld, unwrap } from '../support/apply-world.js';
import { effort } from '../support/effort.js';
import { keyRef } from '../support/plan-story.js';
import { PlanWorld } from '../support/plan-world.js';
import { documents } from '../support/random-documents.js';
import { type Event, happen, history } from '../support/random-plans.js';

const OWNER = { kind: 'User', name: 'owner' } as const;
const CALLER = { actor: 'ada', path: 'test' };
const RUNS = effort({ complete: 200, otherwise: 40, variable: 'RUNS' });
/** The same histories in every run, so that a change shows what it changed; KEYWRIGHT_SEED gives others. */
const SEED = Number(process.env['KEYWRIGHT_SEED'] ?? 1);

/** What the real store can be asked for as a fact is put into the other; the rest is what sinks and consumers do. */
type Asked = Extract<Event, { name: string }>;
const ASKED: readonly Event['kind'][] = ['revoke', 'end', 'rotate', 'deactivate', 'activate'];
const isBoth = (event: Event): boolean =>
  ['declare', 'wait', 'apply', ...ASKED].includes(event.kind) ||
  (event.kind === 'place' && event.to === 'missing');

const textOf = (plan: Plan, now: number): readonly string[] =>
  planText(plan, { color: false, now })
    // Chance draws ids, and digests depend on them.
    .replaceAll(/\(id \w{12}\)/g, '(id …)')
    .split('\n')
    .filter((line) => !line.startsWith('Digest: '));

/** The real store, and real files for sinks. */
class Real {
  documents: readonly Declaration[] = [];
  readonly #world: ApplyTestWorld;

  constructor(world: ApplyTestWorld) {
    this.#world = world;
  }

  async plan(): Promise<readonly string[]> {
    return textOf(await this.#world.planFor(this.documents), this.#world.clock.now());
  }

  async happen(event: Event): Promise<void> {
    if (event.kind === 'declare') this.documents = event.documents;
    else if (event.kind === 'wait') this.#world.clock.advance(durationMs(event.duration));
    else if (event.kind === 'apply') await this.#apply(event.count);
    else if ('name' in event) await this.#ask(event);
    else if (event.kind === 'place') this.#lose(event.sink);
  }

  async #apply(count: number | undefined): Promise<void> {
    const made = await this.#world.planFor(this.documents);
    const { summary } = await this.#world.carryOut({ ...made, steps: made.steps.slice(0, count) });
    expect(summary).toMatchObject({ failed: 0, notAttempted: 0 });
  }

  /** A person takes the variable out of the file. */
  #lose(sink: string): void {
    const { place } = this.#world;
    const [, file = '', variable] = /^dotenv:(.*)#(\w+)$/.exec(sink) ?? [];
    if (!existsSync(place.path(file))) return;
    const lines = place.text(file).split('\n');
    place.write(file, lines.filter((line) => !line.startsWith(`${variable}=`)).join('\n'));
  }

  async #ask(event: Asked): Promise<void> {
    const { store } = this.#world;
    const [live] = unwrap(await store.fetch([keyRef(event.name)]));
    if (live?.key === undefined) return;
    const request = requestOf(event, live.key.versions);
    if (request === undefined) return;
    const asked: Result<unknown> = await store.request(request, CALLER);
    unwrap(asked);
  }
}

function requestOf(event: Asked, versions: readonly { readonly id: string }[]): Request | undefined {
  const object = keyRef(event.name);
  switch (event.kind) {
    case 'rotate':
      return { kind: 'requestRotation', object };
    case 'deactivate':
    case 'activate':
      return { kind: event.kind, object };
    case 'revoke':
    case 'end': {
      const tokenId = versions.at(-1 - event.age)?.id;
      return tokenId === undefined
        ? undefined
        : { kind: 'revoke', object, tokenId, overlapMs: event.kind === 'end' ? DAY_MS : 0 };
    }
    default:
      return undefined;
  }
}

/** Ids are drawn by chance, and replaced keys are called by theirs. */
async function nameAlike(memory: PlanWorld, { store }: ApplyTestWorld): Promise<void> {
  const keys = [...memory.objects.values()].filter(({ ref }) => ref.kind === 'ApiKey');
  for (const { ref, id } of unwrap(await store.fetch(keys.map((key) => key.ref)))) {
    const key = keys.find((one) => compareRefs(one.ref, ref) === 0);
    if (key) memory.objects.set(refText(ref), { ...key, id });
  }
}

/** Lets both worlds live through it, and compares what is planned for them after each event. */
async function expectAlike(events: readonly Event[]): Promise<void> {
  const opened = await applyWorld();
  try {
    const [memory, real] = [new PlanWorld(), new Real(opened)];
    // Every store begins with its owner; stories go without, for their transcripts.
    for (const { declaration, origin } of unwrap(await opened.store.fetch([OWNER])))
      memory.put(declaration, { origin, ownership: undefined });
    for (const event of events) {
      happen(memory, event);
      await real.happen(event);
      await nameAlike(memory, opened);
      expect(textOf(memory.plan(), memory.now)).toEqual(await real.plan());
    }
  } finally {
    await opened.close();
  }
}

test('keys: after any history, plans are those for the real store and real sinks', async () => {
  const alike = fc.asyncProperty(history, (events) => expectAlike(events.filter(isBoth)));
  await fc.assert(alike, { numRuns: RUNS, seed: SEED });
}, 600_000);

/** A minute between one change of the documents and the next. */
const passes = (declared: readonly Declaration[]): readonly Event[] => [
  { kind: 'declare', documents: declared },
  { kind: 'apply', count: undefined },
  { kind: 'apply', count: undefined },
  { kind: 'wait', duration: '1m' },
];

test('every kind: after any changes of documents, plans are those for the real store and real sinks', async () => {
  const changes = fc.array(documents, { minLength: 2, maxLength: 4 });
  const alike = fc.asyncProperty(changes, (all) => expectAlike(all.flatMap(passes)));
  await fc.assert(alike, { numRuns: Math.ceil(RUNS / 2), seed: SEED });
}, 600_000);

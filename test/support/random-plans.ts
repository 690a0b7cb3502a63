/** Random histories of a world: what people, time and failures do to it, in any order. */
import fc from 'fast-check';
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import { isAlive } from '../../src/domain/lifecycle.js';
import type { KeyFacts, VersionFacts } from '../../src/domain/live.js';
import type { Declaration } from '../../src/domain/objects.js';
import { DAY_MS, durationMs, type Instant, NEVER } from '../../src/domain/time.js';
import { dotenv, environment, key, service } from './plan-declarations.js';
import { keyRef } from './plan-story.js';
import type { PlanWorld } from './plan-world.js';

export type Event =
  | { readonly kind: 'declare'; readonly documents: readonly Declaration[] }
  | { readonly kind: 'wait'; readonly duration: string }
  | { readonly kind: 'apply'; readonly count: number | undefined }
  | {
      readonly kind: 'use' | 'revoke' | 'end';
      readonly name: string /** Counted back from the newest. */;
      readonly age: number;
    }
  | { readonly kind: 'rotate' | 'deactivate' | 'activate' | 'acknowledge'; readonly name: string }
  | {
      readonly kind: 'place';
      readonly sink: string;
      readonly to: 'missing' | 'unknown' | 'elsewhere' | 'foreign' | 'lost';
    }
  | { readonly kind: 'machine'; readonly recipient: string };

const NAMES = ['a', 'b', 'c'] as const;
const PLACES = ['ONE', 'TWO', 'THREE'] as const;

const documents: fc.Arbitrary<readonly Declaration[]> = fc
  .nat({ max: PLACES.length - 1 })
  .chain((shift) => documentsAt(shift));

/** No two keys declare one place, but who declares which changes from one set of documents to the next. */
const documentsAt = (shift: number): fc.Arbitrary<readonly Declaration[]> =>
  fc
    .tuple(
      fc.subarray(
        [
          environment('staging'),
          environment('production', { isProd: true }),
          environment('staging', { isProd: true }),
        ],
        { minLength: 1 },
      ),
      fc.array(keyDeclaration(shift), { maxLength: 3 }),
    )
    .map(([environments, keys]) => {
      const all = [...environments, environment('staging'), service('billing'), service('crm'), ...keys];
      return [...new Map(all.map((one) => [`${one.kind}/${one.metadata.name}`, one])).values()];
    });

function keyDeclaration(shift: number): fc.Arbitrary<Declaration> {
  return fc
    .record({
      name: fc.constantFrom(...NAMES),
      environment: fc.constantFrom('production', 'staging'),
      owner: fc.constantFrom('billing', 'crm'),
      places: fc.integer({ min: 0, max: 1 }),
      expiresAfter: fc.constantFrom(undefined, '30d', '60d'),
      expiresAt: fc.constantFrom(undefined, '2027-01-20T00:00:00Z', '2027-03-01T00:00:00Z'),
      handover: fc.constantFrom('observed' as const, 'acknowledged' as const, 'timed' as const),
      rotates: fc.boolean(),
      annotations: fc.constantFrom(
        undefined,
        { 'keywright.dev/protect': 'true' },
        { 'keywright.dev/suspend-until': '2027-03-01T00:00:00Z' },
      ),
    })
    .map((one) =>
      key(
        one.name,
        {
          environment: one.environment,
          owner: { service: one.owner },
          expiresAfter: one.expiresAfter,
          expiresAt: one.expiresAfter === undefined ? one.expiresAt : undefined,
          rotation: one.rotates ? { every: '20d', handover: one.handover } : undefined,
          deliver: one.places === 0 ? undefined : [dotenv(placeOf(one.name, shift))],
        },
        one.annotations,
      ),
    );
}

const placeOf = (name: (typeof NAMES)[number], shift: number) =>
  PLACES[(NAMES.indexOf(name) + shift) % PLACES.length] ?? 'ONE';

const version = { name: fc.constantFrom(...NAMES), age: fc.nat({ max: 2 }) };
const sinks = PLACES.map((variable) => sinkIdOf(dotenv(variable)));

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('declare' as const), documents }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      duration: fc.constantFrom('3s', '10s', '1h', '1d', '2d', '17d', '31d'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('apply' as const),
      count: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('use' as const, 'revoke' as const, 'end' as const),
      ...version,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'rotate' as const,
        'deactivate' as const,
        'activate' as const,
        'acknowledge' as const,
      ),
      name: version.name,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      sink: fc.constantFrom(...sinks),
      to: fc.constantFrom(
        'missing' as const,
        'unknown' as const,
        'elsewhere' as const,
        'foreign' as const,
        'lost' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('machine' as const),
      recipient: fc.constantFrom('this-machine', 'another'),
    }),
  },
);

export const history: fc.Arbitrary<readonly Event[]> = fc
  .tuple(documents, fc.array(event, { minLength: 3, maxLength: 20 }))
  .map(([first, events]) => [
    { kind: 'declare', documents: first },
    { kind: 'apply', count: undefined },
    ...events,
  ]);

/** Lets an event happen; one that speaks of what is not there does nothing. */
export function happen(world: PlanWorld, event: Event): void {
  if (event.kind === 'declare') world.documents = event.documents;
  else if (event.kind === 'wait') world.now += durationMs(event.duration);
  else if (event.kind === 'apply') world.apply(world.plan(), event.count);
  else if (event.kind === 'machine') world.recipient = event.recipient;
  else if (event.kind === 'place') happenToPlace(world, event);
  else if (world.objects.has(`ApiKey/${event.name}`)) happenToKey(world, event);
}

function happenToPlace(world: PlanWorld, { sink, to }: Extract<Event, { kind: 'place' }>): void {
  if (to === 'unknown') world.places.set(sink, { kind: 'unknown', why: 'not from here' });
  else if (to === 'missing') world.places.delete(sink);
  else if (to === 'elsewhere') {
    const recorded = world
      .survey()
      .flatMap(({ deliveries }) => deliveries.filter((one) => one.sink === sink))[0];
    if (recorded)
      world.places.set(sink, { kind: 'elsewhere', where: 'there', fingerprint: recorded.fingerprint });
  } else {
    // A lost version is one that the store has forgotten, as after restoring a backup.
    const tokenId = to === 'lost' ? 'AAAAAAAAAAAA' : undefined;
    world.places.set(sink, { kind: 'holds', fingerprint: to, tokenId });
  }
}

function happenToKey(world: PlanWorld, event: Extract<Event, { name: string }>): void {
  const ref = keyRef(event.name);
  const newest = world.versions(event.name).length;
  switch (event.kind) {
    case 'rotate':
      world.changeKey(ref, (key) => ({ rotationRequestedAt: requestedAt(key, world.now) }));
      break;
    case 'deactivate':
      world.changeKey(ref, () => ({ deactivatedAt: world.now }));
      break;
    case 'activate':
      world.changeKey(ref, () => ({ deactivatedAt: undefined }));
      break;
    case 'acknowledge':
      world.changeKey(ref, ({ versions }) => ({ acknowledgedGeneration: versions.length }));
      break;
    default:
      world.changeVersions(ref, (one) =>
        one.generation === newest - event.age ? factOf(event.kind, one, world.now) : {},
      );
  }
}

/** Asked again while it is unmet, it stays; it is later than the newest version. */
function requestedAt({ versions, rotationRequestedAt = 0 }: KeyFacts, now: Instant): Instant {
  const newest = versions.at(-1)?.issuedAt ?? 0;
  return rotationRequestedAt > newest ? rotationRequestedAt : Math.max(now, newest + 1);
}

/** An end may be brought forward, never put off; what is over stays as it ended. */
function factOf(kind: 'use' | 'revoke' | 'end', version: VersionFacts, now: Instant) {
  const { revokedAt = NEVER } = version;
  if (kind === 'use') return { lastUsedAt: now };
  if (!isAlive(version, now)) return {};
  return { revokedAt: Math.min(revokedAt, kind === 'revoke' ? now : now + DAY_MS) };
}

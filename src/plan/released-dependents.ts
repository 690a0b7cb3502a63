/**
 * What stops needing other objects in this very plan, so that they can go in it too: what is deleted, and
 * what is updated and no longer names them.
 */
import { isAlive, rotationPolicy } from '../domain/lifecycle.js';
import type { KeyFacts, LiveObject } from '../domain/live.js';
import { refText } from '../domain/objects.js';
import { type DurationMs, type Instant, NEVER } from '../domain/time.js';
import { aliasedReferences, type World } from './aliases.js';
import { grantsKept } from './grants.js';
import type { PlanInput, Step, Subject } from './plan.js';

export interface Leaving {
  /** Of what is deleted: when its last version ends; 0 when none is left. By object. */
  readonly ends: ReadonlyMap<string, Instant>;
  /** Who lets go of it, by object. */
  readonly released: ReadonlyMap<string, readonly string[]>;
  /** The workbooks that guests keep being granted while spaces are changed (grants.ts). By guest. */
  readonly grants: ReturnType<typeof grantsKept>;
}

export function leavingBy(steps: readonly Step[], world: World): Leaving {
  const { subjects, aliases, now } = world;
  const ends = new Map<string, Instant>();
  const released = new Map<string, readonly string[]>();
  for (const step of steps) {
    const name = refText(step.object);
    const live = subjects.get(name)?.live;
    if (live === undefined) continue;
    if (step.action === 'delete') {
      const isAnyAlive = live.key?.versions.some((version) => isAlive(version, now)) ?? false;
      ends.set(name, isAnyAlive ? now + step.detail.overlapMs : 0);
    } else if (step.action === 'update') {
      const kept = new Set(aliasedReferences(step.detail.declaration, aliases));
      for (const dropped of aliasedReferences(live.declaration, aliases).filter((one) => !kept.has(one)))
        released.set(dropped, [...(released.get(dropped) ?? []), name]);
    }
  }
  return { ends, released, grants: grantsKept(steps, world) };
}

/**
 * How long the versions of a removed object stay accepted, as verification will answer: not beyond their own end, and
 * not at all where the key is stopped, or its person is away or gone, be it by this very plan.
 */
export function overlapOf(
  { declaration, key }: LiveObject,
  { subjects, now }: Pick<PlanInput, 'subjects' | 'now'>,
): DurationMs {
  if (declaration.kind !== 'ApiKey' || key === undefined) return 0;
  if (!isAtWork(key, { subjects, now })) return 0;
  const ends = key.versions
    .filter((version) => isAlive(version, now))
    .map(({ revokedAt = NEVER, expiresAt = NEVER }) => Math.min(revokedAt, expiresAt));
  return Math.min(rotationPolicy(declaration.spec).overlapMs, Math.max(now, ...ends) - now);
}

/** Is any version of it accepted, and will it be after this plan? */
export function isAtWork(key: KeyFacts, { subjects, now }: Pick<PlanInput, 'subjects' | 'now'>): boolean {
  const isStopped = key.deactivatedAt !== undefined || (key.owner ?? 'active') !== 'active';
  return !isStopped && !losesPerson(key, subjects) && key.versions.some((one) => isAlive(one, now));
}

/** Of a personal key: its person is removed or deactivated in this plan. */
function losesPerson({ ownerId }: KeyFacts, subjects: readonly Subject[]): boolean {
  if (ownerId === undefined) return false;
  const person = subjects.find(({ live }) => live?.id === ownerId);
  if (person === undefined) return false;
  const { declaration } = person.desired ?? {};
  return (
    declaration === undefined || (declaration.kind === 'User' && declaration.spec.status === 'deactivated')
  );
}

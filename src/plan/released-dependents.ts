/**
 * What stops needing other objects in this very plan, so that they can go in it too: what is deleted, and
 * what is updated and no longer names them.
 */
import { isAlive, rotationPolicy } from '../domain/lifecycle.js';
import type { LiveObject } from '../domain/live.js';
import { refText } from '../domain/objects.js';
import type { DurationMs, Instant } from '../domain/time.js';
import { aliasedReferences, type World } from './aliases.js';
import { grantsKept } from './grants.js';
import type { Step } from './plan.js';

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

/** How long the versions of a removed object stay accepted; nothing where there are none, or none that works any more. */
export const overlapOf = ({ declaration, key }: LiveObject): DurationMs =>
  declaration.kind === 'ApiKey' && key?.owner !== 'deleted' ? rotationPolicy(declaration.spec).overlapMs : 0;

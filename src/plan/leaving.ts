/**
 * What stops needing other objects in this very plan, so that they can go in it too: what is deleted, and
 * what is updated and no longer names them.
 */
import { isAlive, rotationPolicy } from '../domain/lifecycle.js';
import type { LiveObject } from '../domain/live.js';
import { refText } from '../domain/objects.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { Step, Subject } from './plan.js';
import { type Aliases, referredBy } from './referred.js';

export interface Leaving {
  /** Of what is deleted: when its last version ends; 0 when none is left. By object. */
  readonly ends: ReadonlyMap<string, Instant>;
  /** Who lets go of it, by object. */
  readonly released: ReadonlyMap<string, readonly string[]>;
}

export interface World {
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly aliases: Aliases;
  readonly now: Instant;
}

export function leavingBy(steps: readonly Step[], { subjects, aliases, now }: World): Leaving {
  const ends = new Map<string, Instant>();
  const released = new Map<string, readonly string[]>();
  for (const step of steps) {
    const name = refText(step.object);
    const live = subjects.get(name)?.live;
    if (live === undefined) continue;
    if (step.action === 'delete') {
      const isAnyAlive = live.key?.versions.some((version) => isAlive(version, now)) ?? false;
      ends.set(name, isAnyAlive ? now + overlapOf(live) : 0);
    } else if (step.action === 'update') {
      const kept = new Set(referredBy(step.detail.declaration, aliases));
      for (const dropped of referredBy(live.declaration, aliases).filter((one) => !kept.has(one)))
        released.set(dropped, [...(released.get(dropped) ?? []), name]);
    }
  }
  return { ends, released };
}

/** How long the versions of a removed object stay accepted; nothing for objects without versions. */
export const overlapOf = ({ declaration }: LiveObject): DurationMs =>
  declaration.kind === 'ApiKey' ? rotationPolicy(declaration.spec).overlapMs : 0;

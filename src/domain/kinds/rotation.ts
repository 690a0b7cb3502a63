/** The `rotation` block of a key, which a project can also give defaults for (rotation.md). */
import { type Static, Type } from 'typebox';
import { DAY_MS, type DurationMs, durationMs, formatDuration } from '../time.js';
import { durationField, nameField } from './fields.js';
import type { Problem } from './kind.js';

/** The fields of `rotation`. A project's defaults leave absent fields absent, so that the key's own win one by one. */
export const rotationFields = (filled: boolean) => {
  const preset = (value: string) => (filled ? { default: value } : {});
  return {
    every: Type.Optional(
      durationField('A new version is issued this often, brought forward by at most a tenth.'),
    ),
    overlap: Type.Optional(
      durationField(
        'The minimum time during which both the old and the new version are accepted.',
        preset('24h'),
      ),
    ),
    handover: Type.Optional(
      Type.Union([Type.Literal('observed'), Type.Literal('acknowledged'), Type.Literal('timed')], {
        ...preset('observed'),
        description:
          'What ends the old version: observed (no more use), acknowledged (a confirmation) or timed (only time).',
      }),
    ),
    quiet: Type.Optional(durationField('observed: how long the old version must be unused.', preset('24h'))),
    consumers: Type.Optional(
      Type.Array(nameField('A consumer.'), {
        uniqueItems: true,
        maxItems: 100,
        description: 'observed: consumers that must have used the new version.',
      }),
    ),
    deadline: Type.Optional(
      durationField(
        'The old version is revoked after this time even without proof. Absent: never without proof.',
      ),
    ),
  };
};

type Rotation = Static<ReturnType<typeof rotationSchema>>;
const rotationSchema = (filled: boolean) => Type.Object(rotationFields(filled));

/** How long the hand-over waits for silence unless a document says otherwise. */
const DEFAULT_QUIET_MS: DurationMs = DAY_MS;

/** What contradicts itself in a rotation, whatever key it is of; the path is that of the block. */
export function rotationProblems(rotation: Rotation, at: string): readonly Problem[] {
  const { every, overlap, handover, quiet, consumers, deadline } = rotation;
  if (consumers !== undefined && (handover ?? 'observed') !== 'observed')
    return [{ path: `${at}.consumers`, message: 'requires handover: observed' }];
  const found: Problem[] = [];
  if (isAtMost(every, overlap))
    found.push({ path: `${at}.every`, message: `must be longer than overlap (${overlap})` });
  // A hand-over by time alone ends with the overlap, before any deadline counts.
  if (deadline === undefined || handover === 'timed') return [...found, ...quietProblems(rotation, at)];
  if (overlap !== undefined && durationMs(deadline) < durationMs(overlap))
    found.push({
      path: `${at}.deadline`,
      message: `must not be shorter than overlap (${overlap}), which it would cut off`,
    });
  else if ((handover ?? 'observed') === 'observed' && isLonger(quiet, deadline))
    found.push({
      path: `${at}.deadline`,
      message: `must not be shorter than quiet (${quiet}), or the hand-over is never proven before it`,
    });
  return [...found, ...quietProblems(rotation, at)];
}

/** The default is held against no key that rotates more often: its hand-over waits, and the plan says so. */
function quietProblems({ every, quiet, handover }: Rotation, at: string): readonly Problem[] {
  const isDefault = quiet === undefined || durationMs(quiet) === DEFAULT_QUIET_MS;
  if (isDefault || (handover ?? 'observed') !== 'observed' || !isAtMost(every, quiet)) return [];
  const message = `must be shorter than every (${every}), or the next rotation comes before the hand-over is proven`;
  return [{ path: `${at}.quiet`, message }];
}

/**
 * Does the old version live until the overlap is over? A successor is due after `every`, or before the expiry: a whole
 * overlap and a day at most before it, and not in the first half of a version's life (lifecycle.ts).
 */
export function expiryProblems(
  expiresAfter: string,
  { every, overlap = '24h' }: Rotation,
): readonly Problem[] {
  const [lifeMs, overlapMs] = [durationMs(expiresAfter), durationMs(overlap)];
  const path = 'spec.expiresAfter';
  if (lifeMs <= overlapMs) return [{ path, message: `must be longer than rotation.overlap (${overlap})` }];
  const renewalMs = Math.max(Math.floor(lifeMs / 2), lifeMs - overlapMs - Math.min(overlapMs, DAY_MS));
  const dueMs = every === undefined ? renewalMs : Math.min(renewalMs, durationMs(every));
  if (dueMs + overlapMs <= lifeMs) return [];
  const leftMs = lifeMs - dueMs;
  const message = `leaves ${formatDuration(leftMs)} for rotation.overlap (${overlap}), because the successor is issued after ${formatDuration(dueMs)}; use ${formatDuration(2 * overlapMs)} or more, or a shorter overlap`;
  return [{ path, message }];
}

const isAtMost = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && durationMs(a) <= durationMs(b);

const isLonger = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && durationMs(a) > durationMs(b);

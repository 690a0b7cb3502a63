/**
 * Replaces a key without taking it from its consumers. The old key gives up its name and its sinks, and its versions
 * stay accepted until the hand-over to the new key is proven, like those of any rotation:
 *
 *     app ─▶ app-replaced-1f6b0c2d (replaced-by: app), create app ─▶ roll out ─▶ hand over ─▶ delete the old one
 */
import { sha256 } from '../domain/canonical.js';
import { kindOf, sinkIdOf } from '../domain/kinds/index.js';
import { isAccepted, isAlive, waitsForClaim } from '../domain/lifecycle.js';
import type { KeyFacts, LiveObject } from '../domain/live.js';
import { REPLACED_BY, replacedName } from '../domain/metadata.js';
import { type Declaration, type DeclarationOf, isEmail, isId, type ObjectRef } from '../domain/objects.js';
import { withNewReferences } from '../domain/renaming.js';
import type { Instant } from '../domain/time.js';
import {
  type Decision,
  type Declared,
  type DeclaredAndLive,
  finding,
  instantText,
  NOTHING,
  type Situation,
  toDo,
  together,
  waitFor,
} from './decision.js';
import { diff } from './diff.js';
import { handOverPredecessors } from './handover.js';
import { holds, keyOf } from './key.js';
import { hasExpired } from './key-checks.js';
import type { PlanInput, Step, StepId } from './plan.js';
import type { StepReason } from './reasons.js';
import { isAtWork } from './released-dependents.js';
import { sinkWarnings } from './sink-findings.js';
import { namesOf } from './spelling.js';
import { readAfter, stepOf } from './steps.js';

/** Nothing of a key without a version that works, which cannot be in use. */
export function replacedInProduction({ ref, desired, live, input }: DeclaredAndLive): Decision {
  const { key } = live;
  if (key?.isProd !== true || !key.versions.some((one) => isAlive(one, input.now))) return NOTHING;
  const paths = diff(live.declaration, desired.declaration).map(({ path }) => path);
  const fixed = kindOf(ref.kind).replacedBy.map((field) => `spec.${field}`);
  const changed = fixed.filter((field) =>
    paths.some((path) => path === field || path.startsWith(`${field}.`)),
  );
  return finding('warn', 'ReplacementForced')(
    ref,
    `is replaced by a new key, because ${changed.join(', ')} cannot be changed in place. ${usersOf(key, input.now)}`,
  );
}

/** As many as a person reads. */
const CONSUMERS_MAX = 5;

function usersOf({ versions }: KeyFacts, now: Instant): string {
  const accepted = versions.filter((one) => isAccepted(one, now));
  const lastUsedAt = Math.max(0, ...accepted.map((one) => one.lastUsedAt ?? 0));
  if (lastUsedAt === 0) return 'It was never used.';
  const consumers = [...new Set(accepted.flatMap((one) => one.consumers))].sort();
  const more = consumers.length > CONSUMERS_MAX ? ` and ${consumers.length - CONSUMERS_MAX} more` : '';
  const who = consumers.length === 0 ? '' : ` by ${consumers.slice(0, CONSUMERS_MAX).join(', ')}${more}`;
  return who === ''
    ? `It was last used on ${instantText(lastUsedAt)}.`
    : `It is used${who}; last use: ${instantText(lastUsedAt)}.`;
}

/** The key as it is called while its versions run out; undefined for one of which nothing is worth keeping. */
export function replacedRef(live: LiveObject, input: PlanInput): ObjectRef | undefined {
  if (live.key === undefined || !isAtWork(live.key, input)) return undefined;
  const name = replacedName(live.ref.name, sha256(live.id).slice(0, 8));
  return name === undefined ? undefined : { kind: 'ApiKey', name };
}

/** Gives up its name and its sinks, and keeps whose it is and what it may do. */
export function setAside({ ref, live, input }: DeclaredAndLive): Step | undefined {
  const aside = replacedRef(live, input);
  const { declaration } = live;
  if (aside === undefined || declaration.kind !== 'ApiKey') return undefined;
  const { deliver: _, ...spec } = byOwnNames(declaration, input).spec;
  const { labels } = declaration.metadata;
  const metadata = { name: aside.name, ...(labels && { labels }), annotations: { [REPLACED_BY]: ref.name } };
  const next: Declaration = { kind: 'ApiKey', metadata, spec };
  // Its sinks are those of the new key, which the plan shows there.
  const changes = [{ path: 'metadata.name', from: ref.name, to: aside.name }];
  const detail = { declaration: next, changes, revision: live.revision, former: ref };
  return stepOf(aside, { action: 'update', detail }, { reason: 'ReplacementForced' });
}

/** An address may change in the very plan, so it is no name to keep. */
function byOwnNames(key: DeclarationOf<'ApiKey'>, input: PlanInput): DeclarationOf<'ApiKey'> {
  const isNamedOtherwise = kindOf('ApiKey')
    .references(key.spec)
    .some(({ name }) => isEmail(name) || isId(name));
  return isNamedOtherwise ? (withNewReferences(key, namesOf(input).live) as DeclarationOf<'ApiKey'>) : key;
}

/** The new key that replaced this one, if it is declared still. */
function successorOf({ live, input }: Situation): Declared | undefined {
  const name = live?.declaration.metadata.annotations?.[REPLACED_BY];
  if (name === undefined || live?.ref.kind !== 'ApiKey') return undefined;
  const subject = input.subjects.find(({ ref }) => ref.kind === 'ApiKey' && ref.name === name);
  return subject?.desired && ({ ...subject, desired: subject.desired } as Declared);
}

/** What becomes of a key that was set aside; undefined where nothing is left to hand over to. */
export function replacedKey(situation: Situation, live: LiveObject): Decision | undefined {
  const found = successorOf(situation);
  if (found === undefined || found.desired.declaration.kind !== 'ApiKey') return undefined;
  const successor = { ...situation, ...found };
  const away = { ref: live.ref, revision: live.revision };
  if (successor.live?.key?.deactivatedAt !== undefined) return NOTHING;
  const key = keyOf(successor, found.desired.declaration, { isNew: false, after: [] });
  const { newest } = key;
  const versions = (live.key?.versions ?? []).filter(
    (one) => one.revokedAt === undefined && isAlive(one, situation.input.now),
  );
  if (versions.length === 0) return toDo([end(away, 'PredecessorExpired', [])]);
  if (hasExpired(key)) return toDo([end(away, 'DeclaredEndPassed', [])]);
  const isRolledOut =
    newest?.promotedAt !== undefined &&
    newest.revokedAt === undefined &&
    key.predecessors.length === 0 &&
    !waitsForClaim(newest) &&
    key.sinks.every((sink) => holds(key, sink, newest));
  // What it waits for stands beside the new key.
  if (!isRolledOut || newest === undefined) return NOTHING;
  const handedOver = handOverPredecessors({ ...key, ref: live.ref, predecessors: versions });
  const reason = handedOver.steps.at(-1)?.reason;
  if (reason === undefined) return handedOver;
  const distant = key.sinks.map(sinkIdOf).find((sink) => key.receipts.get(sink)?.kind === 'elsewhere');
  if (distant !== undefined)
    return waitFor(live.ref, 'SinkElsewhere', {
      message: `${distant} was delivered elsewhere, and has to be read (${reason}). Apply there, or use keywright apply --redeliver-here.`,
    });
  return together([sinkWarnings(key), toDo(handOverTo(successor, newest.generation, { away, reason }))]);
}

interface Away {
  readonly ref: ObjectRef;
  readonly revision: number;
}

/** The touch at each sink of the new key, the same for all that it replaced; then the old one goes. */
function handOverTo(
  { ref, desired, receipts }: Declared,
  generation: number,
  { away, reason }: { readonly away: Away; readonly reason: StepReason },
): readonly Step[] {
  const sinks = desired.declaration.kind === 'ApiKey' ? (desired.declaration.spec.deliver ?? []) : [];
  const touches = sinks.map((sink) =>
    stepOf(ref, { action: 'confirm', detail: { generation, sink: sinkIdOf(sink) } }, { reason }),
  );
  const gone = end(
    away,
    reason,
    touches.map(({ id }) => id),
  );
  return [...touches, gone, ...readAfter({ object: ref, generation, reason, sinks, receipts }, gone.id)];
}

const end = ({ ref, revision }: Away, reason: StepReason, dependsOn: readonly StepId[]): Step =>
  stepOf(ref, { action: 'delete', detail: { overlapMs: 0, revision } }, { reason, dependsOn });

/**
 * What can be wrong with an object of any kind. Each check is named for the failure it finds; of a chain,
 * the first violated one decides. Checks only look: what the failure leads to is a `Decision`.
 */
import type { DesiredObject } from '../domain/desired.js';
import { automaticKey } from '../domain/first-start.js';
import { kindOf } from '../domain/kinds/index.js';
import { declaredEnd } from '../domain/lifecycle.js';
import type { LiveObject } from '../domain/live.js';
import { SUSPEND_UNTIL } from '../domain/metadata.js';
import { type Declaration, declarationDigest, lineText, refJson, refText } from '../domain/objects.js';
import type { KeyType } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import { aliasedReferences } from './aliases.js';
import { isOwnedBy } from './compare.js';
import {
  type Decision,
  type Declared,
  type DeclaredAndLive,
  finding,
  instantText,
  NOTHING,
  toDo,
  together,
  waitFor,
} from './decision.js';
import { diff } from './diff.js';
import { keeping, stillGranted } from './grants.js';
import { foreignTokensAt } from './occupied-sinks.js';
import type { ImpliedKey } from './plan.js';
import type { StepReason } from './reasons.js';
import { deletion, dependentsRemain, protectedObject } from './removal.js';
import { replacedInProduction, setAside } from './replacement.js';
import { stepOf } from './steps.js';
import { guestExpired, isOrphaned } from './users.js';

export type Check = (declared: Declared) => Decision | undefined;

/** What stands against doing anything at all to a declared object. */
export const REFUSALS: readonly Check[] = [ownedByAnotherProject, quarantined, expiresInPast];

/** What brings an object to its declaration. */
export const OBJECT_CHECKS: readonly Check[] = [
  notFound,
  whenLive(renamed),
  whenLive(replacementForced),
  whenLive(ownerReplaced),
  whenLive(guestExpired),
  whenLive(declarationChanged),
  whenLive(unmanaged),
];

export function firstViolated(chain: readonly Check[], declared: Declared): Decision | undefined {
  for (const check of chain) {
    const decision = check(declared);
    if (decision) return decision;
  }
  return undefined;
}

function whenLive(check: (both: DeclaredAndLive) => Decision | undefined): Check {
  return (declared) => (declared.live ? check({ ...declared, live: declared.live }) : undefined);
}

/** Pauses everything about an object, and the making of what cannot be without it. */
export function suspended({ desired, pausedUntil, aliases, input }: Declared): Decision | undefined {
  const { declaration, ref } = desired;
  const own = suspendedUntil(desired, input.now);
  const needed = aliasedReferences(declaration, aliases);
  const missing = needed.find((name) => pausedUntil.has(name));
  const until = own ?? (missing === undefined ? undefined : pausedUntil.get(missing));
  if (until === undefined) return undefined;
  const whose = own === undefined ? `${missing}, which it refers to, is paused` : 'Paused';
  return waitFor(ref, 'Suspended', {
    until,
    message: `${whose} until ${instantText(until)} by ${SUSPEND_UNTIL}.`,
  });
}

/** What it names does not exist yet, and under its old name it would be taken for another: nothing is safe to do. */
export function needsRefusedRename({ desired, held, aliases }: Declared): Decision | undefined {
  const missing = aliasedReferences(desired.declaration, aliases).find((name) => held.has(name));
  if (missing === undefined) return undefined;
  const message = `${missing}, which it refers to, has not been renamed yet.`;
  return waitFor(desired.ref, 'NeedsRename', { message });
}

/** Undefined when the object is not, or no longer, suspended. */
export function suspendedUntil({ declaration }: DesiredObject, now: Instant): Instant | undefined {
  const text = declaration.metadata.annotations?.[SUSPEND_UNTIL];
  const until = text === undefined ? now : Date.parse(text);
  return until > now ? until : undefined;
}

function ownedByAnotherProject({ ref, live, input }: Declared): Decision | undefined {
  if (live?.ownership === undefined || isOwnedBy(live, input.ownership)) return undefined;
  const { project, manager } = live.ownership;
  const owner =
    project === input.ownership.project ? `manager ${manager}` : `project ${project} (${manager})`;
  return finding('refuse', 'OwnedByAnotherProject')(
    ref,
    `belongs to ${owner}. Remove its document here, or remove it there and apply that first.`,
  );
}

/**
 * A sink with a token that the store does not know, because it is older than the sink (a restored
 * backup), or with one of a live key. Either way writing could destroy the only copy of a secret.
 */
function quarantined(declared: Declared): Decision | undefined {
  for (const stranger of foreignTokensAt(declared)) {
    const { sink, tokenId, standing } = stranger;
    if (standing !== 'unknown' && standing !== 'needed') continue;
    const [whose, or] =
      standing === 'needed'
        ? [`of ${refText(stranger.owner)}`, '']
        : [
            'that this store does not know, for example after restoring a backup',
            ' After moving to another store, use --take-over-sinks.',
          ];
    return finding('refuse', 'Quarantined')(
      declared.ref,
      `is not changed: ${sink} holds a token (id ${tokenId}) ${whose}. Check that the token is no longer needed there, then clear the sink.${or}`,
    );
  }
  return undefined;
}

/** It would be made without a version, and none would ever follow. */
function expiresInPast({ ref, live, desired, input }: Declared): Decision | undefined {
  const { declaration, position } = desired;
  if (live !== undefined || declaration.kind !== 'ApiKey' || declaredEnd(declaration.spec) > input.now)
    return undefined;
  return finding('refuse', 'ExpiresInPast')(
    ref,
    `(${lineText(position)}) has expiresAt ${declaration.spec.expiresAt}, which is in the past. Use a later date or remove the document.`,
  );
}

/** What is made, with what comes along. */
const making = ({ desired, input }: Declared) => {
  const { declaration } = desired;
  if (declaration.kind !== 'Environment') return { declaration };
  const { automaticKeys = 'issue' } = input.project.spec;
  const types = automaticKeys === 'none' ? [] : (['secret', 'publishable'] as const);
  return { declaration, implied: types.map((type) => impliedKey(declaration.metadata.name, type)) };
};

const impliedKey = (environment: string, type: KeyType): ImpliedKey => ({
  kind: 'ApiKey',
  name: automaticKey(environment, type).metadata.name,
  ...{ type, owner: 'tenant', permissions: type === 'secret' ? ['*'] : [], expires: 'never' },
});

function notFound(declared: Declared): Decision | undefined {
  const { ref, live } = declared;
  if (live) return undefined;
  const detail = making(declared);
  return toDo([stepOf(ref, { action: 'create', detail }, { reason: 'NotFound' })]);
}

function replacementForced(both: DeclaredAndLive): Decision | undefined {
  if (!needsReplacement(both.live, both)) return undefined;
  return (
    protectedObject(both, both.live) ??
    dependentsRemain(both) ??
    together([replacement(both, 'ReplacementForced'), replacedInProduction(both)])
  );
}

function ownerReplaced(both: DeclaredAndLive): Decision | undefined {
  if (!isOrphaned(both)) return undefined;
  return protectedObject(both, both.live) ?? replacement(both, 'OwnerReplaced');
}

/** Does a field differ that the kind cannot change? */
export function needsReplacement(live: LiveObject, { desired }: Pick<Declared, 'desired'>): boolean {
  if (live.digest === desired.digest) return false;
  const fixed = kindOf(desired.ref.kind).replacedBy.map((field) => `spec.${field}`);
  return diff(live.declaration, desired.declaration).some(({ path }) =>
    fixed.some((field) => path === field || path.startsWith(`${field}.`)),
  );
}

function replacement(both: DeclaredAndLive, reason: StepReason): Decision {
  const old = (reason === 'ReplacementForced' && setAside(both)) || deletion(both, both.live, reason);
  const { declaration } = both.desired;
  const detail = { ...making(both), changes: diff(both.live.declaration, declaration) };
  return toDo([old, stepOf(both.ref, { action: 'create', detail }, { reason, dependsOn: [old.id] })]);
}

/** Whatever else changes about it changes in the same step. */
function renamed(both: DeclaredAndLive): Decision | undefined {
  const { ref, live, former } = both;
  if (former === undefined) return undefined;
  const { declaration, waiting } = possibleFor(both);
  const name = { path: 'metadata.name', from: refJson(former).name, to: refJson(ref).name };
  const changes = [name, ...diff(live.declaration, declaration)];
  const detail = { declaration, changes, revision: live.revision, former };
  return together([toDo([stepOf(ref, { action: 'update', detail }, { reason: 'Renamed' })]), waiting]);
}

function declarationChanged(both: DeclaredAndLive): Decision | undefined {
  const { ref, desired, live } = both;
  if (desired.digest === live.digest) return undefined;
  const { declaration, waiting } = possibleFor(both);
  if (declarationDigest(declaration) === live.digest) return waiting;
  const detail = {
    declaration,
    changes: diff(live.declaration, declaration),
    revision: live.revision,
  };
  return together([
    toDo([stepOf(ref, { action: 'update', detail }, { reason: 'DeclarationChanged' })]),
    waiting,
  ]);
}

/** As much of the declaration as can be had now: a workbook stays as long as it is granted to a guest. */
function possibleFor(both: DeclaredAndLive): {
  readonly declaration: Declaration;
  readonly waiting: Decision;
} {
  const { ref, desired } = both;
  const { declaration } = desired;
  const held = stillGranted(both, both.leaving.grants);
  if (declaration.kind !== 'Space' || held.length === 0) return { declaration, waiting: NOTHING };
  const named = held.map(({ workbook, to }) => `workbook ${workbook} to ${refText(to)}`);
  const message = `Still granted: ${named.join(', ')}. A workbook is removed when its last grant has ended.`;
  return {
    declaration: keeping(
      declaration,
      held.map(({ workbook }) => workbook),
    ),
    waiting: waitFor(ref, 'DependentsRemain', { message }),
  };
}

/** What came with the store is the project's without a step when it is declared as it stands. */
function unmanaged({ ref, live }: DeclaredAndLive): Decision | undefined {
  if (live.ownership !== undefined || live.origin === 'system') return undefined;
  const detail = { revision: live.revision };
  return toDo([stepOf(ref, { action: 'adopt', detail }, { reason: 'Unmanaged' })]);
}

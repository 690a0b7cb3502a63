/** What to do about one object: undeclared ones go, declared ones come to their declaration, then their versions. */
import type { LiveObject } from '../domain/live.js';
import { firstViolated, needsRefusedRename, OBJECT_CHECKS, REFUSALS, suspended } from './checks.js';
import { isOwnedBy } from './compare.js';
import { decideKey } from './decide-key.js';
import { type Decision, type Declared, NOTHING, type Situation, together } from './decision.js';
import { divergencesOf } from './divergence.js';
import { keyOf } from './key.js';
import { notDeclared } from './removal.js';
import { replacedKey } from './replacement.js';
import { unverifiable } from './sink-findings.js';
import { unmanagedObject } from './unmanaged.js';
import { ownerDeactivated } from './users.js';

export function decide(situation: Situation): Decision {
  const { remark } = situation;
  if (remark === undefined) return decideObject(situation);
  return remark.isHeld ? remark.decision : together([remark.decision, decideObject(situation)]);
}

function decideObject(situation: Situation): Decision {
  const { desired, live } = situation;
  if (desired === undefined) return live === undefined ? NOTHING : undeclared(situation, live);
  const declared = { ...situation, desired };
  const decision = decideDeclared(declared);
  // Older versions that run through their hand-over need nothing done, so a pause holds nothing back.
  const isAsDeclared = decision.steps.length === 0 && divergencesOf(decision).length === 0;
  return isAsDeclared ? decision : (suspended(declared) ?? needsRefusedRename(declared) ?? decision);
}

const undeclared = (situation: Situation, live: LiveObject): Decision =>
  isOwnedBy(live, situation.input.ownership)
    ? (replacedKey(situation, live) ?? notDeclared(situation, live))
    : unmanagedObject(situation, live);

function decideDeclared(declared: Declared): Decision {
  const refusal = firstViolated(REFUSALS, declared);
  if (refusal) return refusal;
  const object = firstViolated(OBJECT_CHECKS, declared) ?? NOTHING;
  const { declaration } = declared.desired;
  const isHeld = object.waiting.length > 0 || object.findings.some(({ severity }) => severity === 'refuse');
  if (declaration.kind !== 'ApiKey' || isHeld) return object;
  const isNew = object.steps.some((step) => step.action === 'create');
  const away = isNew ? undefined : ownerDeactivated(declared);
  if (away) return together([object, away]);
  const after = object.steps.slice(-1).map((step) => step.id);
  const key = keyOf(declared, declaration, { isNew, after });
  const decided = together([object, decideKey(key)]);
  return unverifiable(key, decided.steps) ?? decided;
}

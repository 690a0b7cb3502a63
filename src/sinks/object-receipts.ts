/** What is made of an object that was read: the receipt of one sink in it, and whether that is what it should be. */
import { type Fault, fault } from '../domain/errors.js';
import type { SinkAddress } from '../domain/kinds/index.js';
import { type Expectation, REVISION_ONLY, type Receipt } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { fingerprintOf, parseToken } from '../domain/secret.js';
import { fieldsOf, heldIn } from '../domain/sinks/bundle.js';
import type { SinkAbility } from '../domain/sinks/index.js';
import type { Confirmed } from '../ports/sink.js';
import type { Held } from './driver.js';

/** What an object held, or why that is not known. */
export type Done = Result<Held | undefined>;

/** `ability` where it shows only when the driver is asked. */
export function receiptOf(held: Done, { part }: SinkAddress, ability: SinkAbility | undefined): Receipt {
  if (!held.ok) return { kind: 'unknown', why: held.error.message };
  if (held.value === undefined) return { kind: 'missing', ...(ability && { ability }) };
  const { values, revision, managers } = held.value;
  const manager = Object.keys(fieldsOf(part)).flatMap((name) => managers?.get(name) ?? [])[0];
  const asked = { ...(ability && { ability }), ...(manager !== undefined && { manager }) };
  if (values === undefined)
    return revision === undefined
      ? { kind: 'unknown', why: 'it shows neither values nor revisions' }
      : {
          ...{ kind: 'holds', fingerprint: `${REVISION_ONLY}${revision}`, tokenId: undefined, revision },
          ...asked,
        };
  const value = heldIn(values, part);
  if (value === undefined) return { kind: 'missing', ...(ability && { ability }) };
  const seen = { fingerprint: fingerprintOf(value), tokenId: parseToken(value)?.id };
  return { kind: 'holds', ...seen, ...(revision !== undefined && { revision }), ...asked };
}

export const valueAt = (held: Done, { part }: SinkAddress): string | undefined =>
  held.ok && held.value?.values ? heldIn(held.value.values, part) : undefined;

export const revisionOf = (done: Done): Result<{ readonly revision?: string }> => {
  if (!done.ok) return done;
  const revision = done.value?.revision;
  return ok(revision === undefined ? {} : { revision });
};

/** Does it hold what was delivered? Where no values are shown the revision tells, which may stand for the fingerprint. */
export function isHeld(
  held: Held | undefined,
  { part }: SinkAddress,
  { fingerprint, revision }: Confirmed,
): boolean {
  if (held === undefined) return false;
  if (held.values === undefined) {
    const shown = held.revision;
    return shown !== undefined && (shown === revision || `${REVISION_ONLY}${shown}` === fingerprint);
  }
  const value = heldIn(held.values, part);
  return value !== undefined && fingerprintOf(value) === fingerprint;
}

export function isExpected(
  held: Held | undefined,
  { part }: SinkAddress,
  { mayBeMissing, fingerprints }: Expectation,
): boolean {
  if (held === undefined) return mayBeMissing;
  if (held.values === undefined) return fingerprints.includes(`${REVISION_ONLY}${held.revision}`);
  const value = heldIn(held.values, part);
  return value === undefined ? mayBeMissing : fingerprints.includes(fingerprintOf(value));
}

export const moved = ({ type, object, part }: SinkAddress, held: Held | undefined): Fault =>
  fault(
    'sink_moved',
    `the sink ${type}:${object}#${part} ${held === undefined ? 'no longer holds a value' : 'holds an unexpected value'}, so nothing was written; plan again`,
  );

/**
 * Replaces a store by a backup. What was ended stays ended: revocations, emergency stops and shown
 * secrets of the store that was there are carried over, so that a restored backup revives nothing. What was made
 * since the backup is forgotten, which nothing can change; how much is said.
 */
import type { Entropy } from '../domain/entropy.js';
import { CLAIM_RECIPIENT } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import type { EndedBefore } from '../ports/credential-feed.js';
import type { Caller } from '../ports/live-store.js';
import { record } from './audit-log.js';
import type { Dependencies } from './credential-store.js';
import { endCredentialsAgain, endedCredentials } from './identity/restored-credentials.js';
import { genuine, keyOf, type StoredKey, saveKey } from './key-repository.js';
import { openKeyring, rewrap } from './keyring.js';
import { declarationOf } from './rows.js';
import type { ObjectRow, Transaction, VersionRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

/** What is final in a store, whatever copy of it comes later. */
export interface Endings {
  /** By token id: from when the version is refused. */
  readonly revokedAt: ReadonlyMap<string, Instant>;
  /** By token id: those that were revoked at once. */
  readonly revoked: ReadonlySet<string>;
  /** By token id: secrets that waited for a claim and wait no more. */
  readonly shown: ReadonlySet<string>;
  /** By object id: since when the key is stopped, manually or with its owner. */
  readonly stoppedAt: ReadonlyMap<string, Instant>;
  /** Every version by its token id. */
  readonly known: ReadonlySet<string>;
  /** By id: what no longer signs people and guests in. */
  readonly credentials: ReadonlySet<string>;
}

export const NO_ENDINGS: Endings = {
  revokedAt: new Map(),
  revoked: new Set(),
  shown: new Set(),
  stoppedAt: new Map(),
  known: new Set(),
  credentials: new Set(),
};

const PAGE = 1_000;

/** Reads every version. No MAC is checked: endings grant nothing. */
export async function endingsOf(tx: Transaction, now: Instant): Promise<Endings> {
  const revokedAt = new Map<string, Instant>();
  const revoked = new Set<string>();
  const shown = new Set<string>();
  const stoppedAt = new Map<string, Instant>();
  const known = new Set<string>();
  for (let after = ''; ; ) {
    const versions = await tx.versions.page(after, PAGE);
    for (const { token_id: id, revoked_at: at, is_revoked, recipient } of versions) {
      known.add(id);
      if (is_revoked === 1) revoked.add(id);
      if (at !== null) revokedAt.set(id, at);
      if (recipient !== CLAIM_RECIPIENT) shown.add(id);
    }
    const keys = await tx.objects.byIds([...new Set(versions.map((version) => version.object_id))]);
    for (const [id, at] of await stopsOf(tx, keys, now)) stoppedAt.set(id, at);
    const last = versions.at(-1);
    if (last === undefined || versions.length < PAGE)
      return {
        revokedAt,
        revoked,
        shown,
        stoppedAt,
        known,
        credentials: await endedCredentials(tx, isAbsent),
      };
    after = last.token_id;
  }
}

/** A key whose person is deactivated is refused as one that was stopped manually, and stays so. */
async function stopsOf(
  tx: Transaction,
  keys: readonly ObjectRow[],
  now: Instant,
): Promise<readonly (readonly [string, Instant])[]> {
  const people = await tx.objects.byIds([...new Set(keys.flatMap(({ owner_id }) => owner_id ?? []))]);
  const absent = new Set(people.filter(isAbsent).map(({ id }) => id));
  return keys.flatMap(({ id, deactivated_at, owner_id }) => {
    if (deactivated_at !== null) return [[id, deactivated_at] as const];
    return owner_id !== null && absent.has(owner_id) ? [[id, now] as const] : [];
  });
}

function isAbsent(row: ObjectRow): boolean {
  const declaration = declarationOf(row);
  return (
    row.removed_at !== null || (declaration.kind === 'User' && declaration.spec.status === 'deactivated')
  );
}

export interface Restoration extends Dependencies {
  readonly tx: Transaction;
  readonly caller: Caller;
  /** The key that the backup's keys are wrapped with, and the one that the store is opened with from now on. */
  readonly masterKeys: { readonly from: Secret; readonly to: Secret };
  readonly endings: Endings;
}

export interface Restored {
  /** The last audit entry of the backup. */
  readonly entries: number;
  readonly takenAt: Instant | undefined;
  /** Versions that the backup had as accepted and that stay ended. */
  readonly endedAgain: number;
  /** Keys that stay stopped. */
  readonly stoppedAgain: number;
  /** Versions that the store knew and the backup does not. */
  readonly forgotten: number;
}

/** Over the rows of the backup, in the transaction that put them in place. Its own entry comes last. */
export async function settleRestored(restoration: Restoration): Promise<Result<Restored>> {
  const { tx, caller, masterKeys, endings, clock, entropy } = restoration;
  const rows = await tx.keyring.all();
  const keyring = openKeyring(rows, masterKeys.from);
  if (!keyring.ok) return keyring;
  const rewrapped = await wrapAnew(tx, masterKeys, entropy);
  if (!rewrapped.ok) return rewrapped;
  const work: UnitOfWork = { ...restoration, keyring: keyring.value, now: clock.now() };
  const entries = await tx.audit.lastSeq();
  const [last] = await tx.audit.page(entries - 1, 1);
  const before = await everyVersion(tx);
  const ended = await endAgain(work, before, endings);
  if (!ended.ok) return ended;
  const stopped = await stopAgain(work, endings);
  if (!stopped.ok) return stopped;
  const outAgain = await endCredentialsAgain(work, endings.credentials);
  if (!outAgain.ok) return outAgain;
  const there = new Set(before.map(({ token_id }) => token_id));
  const counts = {
    endedAgain: ended.value,
    stoppedAgain: stopped.value,
    forgotten: [...endings.known].filter((id) => !there.has(id)).length,
  };
  const entry = { action: 'store.restored', detail: { entries, ...counts } };
  const recorded = await record({ ...work, caller }, { kind: 'Store', name: 'backup' }, entry);
  return recorded.ok ? ok({ entries, takenAt: last?.at, ...counts }) : recorded;
}

/** What a verifier remembers to have ended, in a store that was replaced by an older one while it ran. */
export async function endKnownAgain(
  work: UnitOfWork,
  { revoked, stopped }: EndedBefore,
): Promise<Result<void>> {
  const versions: VersionRow[] = [];
  for (const id of revoked)
    versions.push(...[await work.tx.versions.byTokenId(id)].flatMap((one) => one ?? []));
  const endings: Endings = {
    ...NO_ENDINGS,
    revokedAt: new Map(revoked.map((id) => [id, work.now])),
    revoked: new Set(revoked),
    stoppedAt: new Map(stopped.map((id) => [id, work.now])),
  };
  const ended = await endAgain(work, versions, endings);
  if (!ended.ok) return ended;
  const stoppedAgain = await stopAgain(work, endings);
  return stoppedAgain.ok ? ok(undefined) : stoppedAgain;
}

async function wrapAnew(
  tx: Transaction,
  masterKeys: Restoration['masterKeys'],
  entropy: Entropy,
): Promise<Result<void>> {
  if (masterKeys.from.reveal() === masterKeys.to.reveal()) return ok(undefined);
  const wrapped = rewrap(await tx.keyring.all(), masterKeys, entropy);
  if (!wrapped.ok) return wrapped;
  for (const row of wrapped.value) await tx.keyring.put(row);
  return ok(undefined);
}

async function everyVersion(tx: Transaction): Promise<readonly VersionRow[]> {
  const all: VersionRow[] = [];
  for (;;) {
    const page = await tx.versions.page(all.at(-1)?.token_id ?? '', PAGE);
    for (const version of page) all.push(version);
    if (page.length < PAGE) return all;
  }
}

/** Gives how many versions would have come back. */
async function endAgain(
  work: UnitOfWork,
  versions: readonly VersionRow[],
  endings: Endings,
): Promise<Result<number>> {
  const touched = new Set(
    versions.filter((version) => endedAs(version, endings) !== version).map(({ object_id }) => object_id),
  );
  let count = 0;
  for (const id of touched) {
    const key = await storedKey(work, id);
    if (!key.ok) return key;
    const after = key.value.versions.map((version) => endedAs(version, endings));
    const ended = after.filter((version, at) => isEndedBy(version, key.value.versions[at]));
    count += ended.length;
    const detail = {
      versions: ended.map(({ generation, token_id, revoked_at }) => ({
        generation,
        tokenId: token_id,
        revokedAt: revoked_at,
      })),
    };
    const action = ended.length === 0 ? 'key.claimed-before' : 'key.revoked';
    const keys = { before: key.value, after: { ...key.value, versions: after } };
    const saved = await saveKey(work, keys, { action, detail });
    if (!saved.ok) return saved;
  }
  return ok(count);
}

const isEndedBy = (after: VersionRow, before: VersionRow | undefined): boolean =>
  after.revoked_at !== before?.revoked_at || after.is_revoked !== before?.is_revoked;

/** The same row if nothing about it has ended since. */
function endedAs(version: VersionRow, { revokedAt, revoked, shown }: Endings): VersionRow {
  const at = revokedAt.get(version.token_id);
  const isRevoked = revoked.has(version.token_id) ? 1 : version.is_revoked;
  const isEarlier = at !== undefined && (version.revoked_at === null || version.revoked_at > at);
  if (isEarlier || isRevoked !== version.is_revoked) {
    const revoked_at = isEarlier ? at : version.revoked_at;
    return { ...version, revoked_at, is_revoked: isRevoked, sealed: null, recipient: null };
  }
  const isShown = version.recipient === CLAIM_RECIPIENT && shown.has(version.token_id);
  return isShown ? { ...version, sealed: null, recipient: null } : version;
}

async function stopAgain(work: UnitOfWork, { stoppedAt }: Endings): Promise<Result<number>> {
  let count = 0;
  for (const [id, at] of stoppedAt) {
    const row = await work.tx.objects.byId(id);
    if (row === undefined || row.deactivated_at !== null) continue;
    const key = await storedKey(work, id);
    if (!key.ok) return key;
    const after = { ...key.value, row: { ...key.value.row, deactivated_at: at } };
    const saved = await saveKey(
      work,
      { before: key.value, after },
      { action: 'key.deactivated', detail: {} },
    );
    if (!saved.ok) return saved;
    count += 1;
  }
  return ok(count);
}

async function storedKey(work: UnitOfWork, id: string): Promise<Result<StoredKey>> {
  const row = await work.tx.objects.byId(id);
  if (row === undefined) throw new Error(`version of an unknown object: ${id}`);
  const checked = genuine(work, row);
  return checked.ok ? keyOf(work, checked.value) : checked;
}

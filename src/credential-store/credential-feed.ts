/**
 * Credentials for verifiers that answer from memory: all of them once, then those that a change touched;
 * and the uses that they report.
 * Every row is checked against its MAC on the way out, and one that fails stops the feed: a verifier must
 * not serve from a database that was edited.
 */
import { ownerText } from '../domain/owner.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import type {
  Changes,
  Credential,
  CredentialFeed,
  CredentialPage,
  Position,
  Use,
} from '../ports/credential-feed.js';
import type { Caller } from '../ports/live-store.js';
import { accountOf } from './accounts/account.js';
import { seen } from './accounts/instances.js';
import { openOrFill } from './bootstrap.js';
import type { Dependencies } from './credential-store.js';
import { effectivePermissionsShown } from './effective-permissions.js';
import { genuine } from './key-repository.js';
import type { Keyring } from './keyring.js';
import { endKnownAgain } from './restore.js';
import { declarationOf, isGenuineVersion, tampered } from './rows.js';
import type { AuditRow, ObjectRow, Storage, Transaction, VersionRow } from './storage-port.js';
import { recordUse } from './verify.js';

/** Changes read at once; as many rounds follow as there are changes. */
const CHANGES_PAGE = 1_000;

/** `master_key` if the key does not fit. Closing the feed closes the storage. */
export async function openFeed(
  storage: Storage,
  world: Dependencies,
  masterKey: Secret,
): Promise<Result<CredentialFeed>> {
  const opened = await storage.write((tx) => openOrFill(tx, { ...world, masterKey, now: world.clock.now() }));
  if (!opened.ok) return opened;
  const keyring = opened.value;
  return ok({
    pepper: async () => ok(keyring.pepper),
    position: () => storage.read(async (tx) => ok(await newest(tx))),
    snapshot: (after, limit) => storage.read((tx) => snapshot({ tx, keyring }, after ?? '', limit)),
    changedSince: (position) => storage.read((tx) => changedSince({ tx, keyring }, position)),
    watch: (listener) => storage.watch(listener),
    reportUses: (uses) => storage.write((tx) => recordUses(tx, uses, world.clock.now())),
    endAgain: (ended) =>
      storage.write((tx) =>
        endKnownAgain({ ...world, tx, keyring, caller: RESTORER, now: world.clock.now() }, ended),
      ),
    seen: (instance) => storage.write((tx) => seen({ tx, now: world.clock.now() }, instance)),
    close: () => storage.close(),
  });
}

/** Who ends again what a copy of the store has forgotten to be ended. */
const RESTORER: Caller = { actor: 'keywright', path: 'restored-store' };

interface Reading {
  readonly tx: Transaction;
  readonly keyring: Keyring;
}

async function snapshot(reading: Reading, after: string, limit: number): Promise<Result<CredentialPage>> {
  const versions = await reading.tx.versions.page(after, limit);
  const objects = await reading.tx.objects.byIds([...new Set(versions.map((version) => version.object_id))]);
  const credentials = await credentialsOf(reading, objects, versions);
  if (!credentials.ok) return credentials;
  const next = versions.length === limit ? versions.at(-1)?.token_id : undefined;
  return ok({ credentials: credentials.value, next });
}

async function newest(tx: Transaction): Promise<Position> {
  const [entry] = await tx.audit.page((await tx.audit.lastSeq()) - 1, 1);
  return entry === undefined ? { revision: 0, hash: '' } : positionOf(entry);
}

const positionOf = ({ seq, hash }: AuditRow): Position => ({ revision: seq, hash });

/** Goes by the audit log: every effect has its entry there, in the same transaction. */
async function changedSince(reading: Reading, since: Position): Promise<Result<Changes>> {
  const touched = new Map<string, ObjectRow>();
  let position = since;
  // The first page begins with the entry that was read last, to see whether it is still the same.
  for (let from = since.revision - 1; ; from = position.revision) {
    const entries = await reading.tx.audit.page(from, CHANGES_PAGE);
    const [first] = entries;
    if (from < since.revision && since.revision > 0 && first?.hash !== since.hash)
      return ok({ kind: 'another-history' });
    const changes = entries.filter(({ seq }) => seq > since.revision);
    for (const key of await keysTouchedBy(reading.tx, changes)) touched.set(key.id, key);
    const last = entries.at(-1);
    if (last !== undefined) position = positionOf(last);
    if (entries.length < CHANGES_PAGE) break;
  }
  const versions = await reading.tx.versions.ofMany([...touched.keys()]);
  const credentials = await credentialsOf(reading, [...touched.values()], versions);
  if (!credentials.ok) return credentials;
  const account = await accountOf(reading);
  if (!account.ok) return account;
  const { plan } = account.value;
  return ok({ kind: 'changes', credentials: credentials.value, position, plan });
}

/** A role lends its permissions to people and teams, and they to their keys. */
const LENDERS: ReadonlySet<string> = new Set(['User', 'Team']);

/** Keys whose effective permissions may follow from an object: those that name it, or name a user or service that does. */
async function keysLeaningOn(
  tx: Transaction,
  { kind, name }: { readonly kind: string; readonly name: string },
): Promise<readonly ObjectRow[]> {
  if (kind === 'ApiKey') return [];
  const rows = await tx.objects.referring(kind, name);
  const further: ObjectRow[] = [];
  for (const row of rows.filter((one) => LENDERS.has(one.kind)))
    further.push(...(await keysLeaningOn(tx, row)));
  return [...rows, ...further];
}

/** Keys of that name, live or removed, and those that lean on the object. */
async function keysTouchedBy(tx: Transaction, entries: readonly AuditRow[]): Promise<readonly ObjectRow[]> {
  const objects = new Map(entries.map((entry) => [`${entry.object_kind}/${entry.object_name}`, entry]));
  const rows: ObjectRow[] = [];
  for (const { object_kind: kind, object_name: name } of objects.values()) {
    const live = await tx.objects.find(kind, name);
    if (live) rows.push(live);
    rows.push(...(await tx.objects.tombstones(kind, name)));
    rows.push(...(await keysLeaningOn(tx, { kind, name })));
  }
  return rows.filter((row) => row.kind === 'ApiKey');
}

/**
 * A clock that runs ahead must not make a use count as evidence from after a stabilization window. Versions may be
 * unknown when the store was restored from a backup.
 */
async function recordUses(tx: Transaction, uses: readonly Use[], now: Instant): Promise<Result<void>> {
  for (const use of uses) {
    const version = await tx.versions.byTokenId(use.tokenId);
    const key = version && (await tx.objects.byId(version.object_id));
    if (key === undefined) continue;
    await recordUse(tx, { ...use, lastUsedAt: Math.min(use.lastUsedAt, now) }, key);
  }
  return ok(undefined);
}

async function credentialsOf(
  reading: Reading,
  objects: readonly ObjectRow[],
  versions: readonly VersionRow[],
): Promise<Result<readonly Credential[]>> {
  const remembering = { ...reading, tx: rememberingFinds(reading.tx) };
  const keys = new Map<string, KeyPart>();
  for (const row of objects) {
    const key = await keyPartOf(remembering, row);
    if (!key.ok) return key;
    keys.set(row.id, key.value);
  }
  const credentials: Credential[] = [];
  for (const version of versions) {
    const key = keys.get(version.object_id);
    if (key === undefined || !isGenuineVersion(version, reading.keyring))
      return fail(tampered('version', version.token_id));
    credentials.push({ ...versionPartOf(version), ...key });
  }
  return ok(credentials);
}

/** A thousand keys of one service ask for it once. Within one transaction nothing changes. */
function rememberingFinds(tx: Transaction): Transaction {
  const found = new Map<string, Promise<ObjectRow | undefined>>();
  const once = (key: string, ask: () => Promise<ObjectRow | undefined>): Promise<ObjectRow | undefined> => {
    const known = found.get(key) ?? ask();
    found.set(key, known);
    return known;
  };
  const objects = {
    ...tx.objects,
    find: (kind: string, name: string) => once(`${kind}/${name}`, () => tx.objects.find(kind, name)),
    byId: (id: string) => once(id, () => tx.objects.byId(id)),
  };
  return { ...tx, objects };
}

type KeyPart = Pick<Credential, 'keyId' | 'name' | 'type' | 'owner' | 'effective'>;

async function keyPartOf(reading: Reading, found: ObjectRow): Promise<Result<KeyPart>> {
  const row = genuine(reading, found);
  if (!row.ok) return row;
  const declaration = declarationOf(row.value);
  if (declaration.kind !== 'ApiKey') return fail(tampered(row.value.kind, row.value.id));
  const effective = await effectivePermissionsShown(reading, row.value, declaration.spec);
  if (!effective.ok) return effective;
  return ok({
    keyId: row.value.id,
    name: row.value.name,
    type: row.value.key_type ?? 'secret',
    owner: ownerText(declaration.spec.owner),
    effective: effective.value,
  });
}

const versionPartOf = (row: VersionRow): Omit<Credential, keyof KeyPart> => ({
  tokenId: row.token_id,
  mac: row.token_mac,
  generation: row.generation,
  dates: {
    promotedAt: row.promoted_at ?? undefined,
    retiringAt: row.retiring_at ?? undefined,
    suspendedUntil: row.suspended_until ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    isRevoked: row.is_revoked === 1,
    expiresAt: row.expires_at ?? undefined,
  },
});

/** What planning reads: one line for every live object, and everything about those that need a look. */

import { sinkIdOf } from '../domain/kinds/index.js';
import { inOrder } from '../domain/lines.js';
import type { KnownToken, LiveObject, LiveSummary } from '../domain/live.js';
import { KEEP_DELIVERED } from '../domain/metadata.js';
import { compareRefs, type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { NEVER } from '../domain/time.js';
import type { ObjectPage } from '../ports/live-store.js';
import { genuine } from './key-repository.js';
import type { Keyring } from './keyring.js';
import { summaryLines } from './object-summary.js';
import {
  declarationOf,
  isGenuineVersion,
  keyFactsOf,
  refOfRow,
  summaryOf,
  tampered,
  versionFactsOf,
} from './rows.js';
import type { ObjectRow, TokenOwnerRow, Transaction, VersionRow } from './storage-port.js';

/** No answer grows without end. */
const PAGE_MAX = 1_000;

/** Every live object, sorted by `compareRefs`. */
export async function survey(tx: Transaction): Promise<Result<readonly LiveSummary[]>> {
  // An engine orders by bytes, which beyond ASCII is not the order of code units.
  return ok(summaryLines(inOrder(await tx.objects.survey())));
}

/** Those of `refs` that are live, sorted by `compareRefs`. `store_tampered` if a row was changed. */
export async function fetchObjects(
  tx: Transaction,
  keyring: Keyring,
  refs: readonly ObjectRef[],
): Promise<Result<readonly LiveObject[]>> {
  const objects = await objectsOf(tx, keyring, await rowsOf(tx, refs));
  return objects.ok ? ok([...objects.value].sort((a, b) => compareRefs(a.ref, b.ref))) : objects;
}

async function objectsOf(
  tx: Transaction,
  keyring: Keyring,
  rows: readonly ObjectRow[],
): Promise<Result<readonly LiveObject[]>> {
  const surroundings = await surroundingsOf(tx, rows);
  const objects: LiveObject[] = [];
  for (const row of rows) {
    const checked = genuine({ keyring }, row);
    if (!checked.ok) return checked;
    const forged = surroundings.versions.get(row.id)?.find((version) => !isGenuineVersion(version, keyring));
    if (forged) return fail(tampered('version', forged.token_id));
    objects.push(liveObjectOf(row, surroundings));
  }
  return ok(objects);
}

/** Live objects of a kind by name, those after `after`. `store_tampered` if a row was changed. */
export async function listObjects(
  tx: Transaction,
  keyring: Keyring,
  { kind, after, limit }: ObjectPage,
): Promise<Result<readonly LiveObject[]>> {
  return objectsOf(tx, keyring, await tx.objects.page(kind, after ?? '', Math.min(limit, PAGE_MAX)));
}

/** Those of `ids` that were ever issued here, sorted by id. Nothing is granted by it, so no MAC is checked. */
export async function knownTokens(
  tx: Transaction,
  ids: readonly string[],
): Promise<Result<readonly KnownToken[]>> {
  const owners = await tx.versions.owners([...new Set(ids)].sort());
  const rows = await rowsOf(tx, owners.filter((owner) => owner.removed_at === null).map(refOfRow));
  const live = new Map(rows.map((row) => [refText(refOfRow(row)), row]));
  const versions = await tx.versions.ofMany(rows.map(({ id }) => id));
  const ends = await endsOf(
    tx,
    owners.filter(({ removed_at }) => removed_at !== null),
  );
  return ok(
    owners
      .map((owner) => {
        const object = refOfRow(owner);
        const isRemoved = owner.removed_at !== null;
        const row = isRemoved ? undefined : live.get(refText(object));
        const ended = ends.get(owner.token_id);
        return {
          tokenId: owner.token_id,
          object,
          isRemoved,
          ...ended,
          ...whereaboutsOf(owner, row, versions),
        };
      })
      .sort((a, b) => (a.tokenId < b.tokenId ? -1 : 1)),
  );
}

/** Of the tokens of removed keys: when they end, and whether they stay where they were delivered. */
async function endsOf(
  { versions, objects }: Transaction,
  owners: readonly TokenOwnerRow[],
): Promise<ReadonlyMap<string, Pick<KnownToken, 'endsAt' | 'isKept'>>> {
  const ends = new Map<string, Pick<KnownToken, 'endsAt' | 'isKept'>>();
  for (const { token_id } of owners) {
    const version = await versions.byTokenId(token_id);
    const row = version && (await objects.byId(version.object_id));
    if (version === undefined || row === undefined) continue;
    const { revokedAt = NEVER, expiresAt = NEVER } = versionFactsOf(version);
    const endsAt = Math.min(revokedAt, expiresAt);
    const isKept = declarationOf(row).metadata.annotations?.[KEEP_DELIVERED] === 'true';
    ends.set(token_id, { ...(endsAt < NEVER && { endsAt }), ...(isKept && { isKept: true as const }) });
  }
  return ends;
}

/** `row` is that of its key, if that is live. */
function whereaboutsOf(
  { token_id }: TokenOwnerRow,
  row: ObjectRow | undefined,
  versions: readonly VersionRow[],
): Pick<KnownToken, 'isSuperseded' | 'declaredAt' | 'deliveredTo' | 'deliveredAt'> {
  const generation = versions.find((one) => one.token_id === token_id)?.generation ?? 0;
  const isSuperseded = versions.some(
    (one) => one.object_id === row?.id && one.generation > generation && one.promoted_at !== null,
  );
  const declaration = row && declarationOf(row);
  const declared = declaration?.kind === 'ApiKey' ? (declaration.spec.deliver ?? []) : [];
  const delivered = row ? summaryOf(row).deliveries : [];
  return {
    isSuperseded,
    declaredAt: declared.map(sinkIdOf),
    deliveredTo: delivered.map(({ sink }) => sink),
    deliveredAt: delivered.map(({ sink, machine }) => ({ sink, machine })),
  };
}

interface Surroundings {
  readonly versions: ReadonlyMap<string, readonly VersionRow[]>;
  readonly consumers: ReadonlyMap<string, readonly { readonly consumer: string }[]>;
  /** Whom personal keys were made for, by id. */
  readonly people: ReadonlyMap<string, ObjectRow>;
}

async function rowsOf(tx: Transaction, refs: readonly ObjectRef[]): Promise<readonly ObjectRow[]> {
  const rows: ObjectRow[] = [];
  for (const [kind, wanted] of grouped(refs, (ref) => ref.kind)) {
    const names = new Set(wanted.map(({ name }) => name));
    for (const row of await tx.objects.findMany(kind, [...names])) rows.push(row);
  }
  return rows;
}

async function surroundingsOf(tx: Transaction, rows: readonly ObjectRow[]): Promise<Surroundings> {
  const versions = await tx.versions.ofMany(rows.map(({ id }) => id));
  const owners = new Set(rows.flatMap(({ owner_id }) => owner_id ?? []));
  const people = await tx.objects.byIds([...owners]);
  const consumers = await tx.versions.consumers(versions.map(({ token_id }) => token_id));
  return {
    versions: grouped(versions, ({ object_id }) => object_id),
    consumers: grouped(consumers, ({ token_id }) => token_id),
    people: new Map(people.map((person) => [person.id, person])),
  };
}

function liveObjectOf(row: ObjectRow, { versions, consumers, people }: Surroundings): LiveObject {
  const facts = (versions.get(row.id) ?? []).map((version) =>
    versionFactsOf(
      version,
      (consumers.get(version.token_id) ?? []).map(({ consumer }) => consumer),
    ),
  );
  return {
    ...summaryOf(row),
    id: row.id,
    declaration: declarationOf(row),
    createdAt: row.created_at,
    key: row.key_type === null ? undefined : keyFactsOf(row, facts, people.get(row.owner_id ?? '')),
    ...(row.granted_at !== null && { grantedAt: row.granted_at }),
  };
}

function grouped<K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

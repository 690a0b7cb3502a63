/**
 * Secrets that customers' code reads when it runs. Values are sealed to the store, and every row carries a MAC that
 * covers the box and its scope: a writer of the database can neither read one nor replace it by another.
 */
import { authorize, type Target } from '../domain/access.js';
import { sha256 } from '../domain/canonical.js';
import { fault } from '../domain/errors.js';
import type { DeclarationOf } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { base62, type Secret } from '../domain/secret.js';
import type { By } from '../ports/identity.js';
import type { Sealing } from '../ports/sealing.js';
import type { KeptSecret, SecretPlace } from '../ports/secrets.js';
import { record } from './audit-log.js';
import { genuine } from './key-repository.js';
import type { Keyring } from './keyring.js';
import { declarationOf, isSameMac, refOfRow, tampered } from './rows.js';
import type { ObjectRow, SecretRow, Transaction } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Of one environment, its spaces included. */
const SECRETS_MAX = 1_000;

export interface Opening {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly sealing: Sealing;
}

export async function secretsSeen(
  opening: Opening,
  wanted: SecretPlace,
  { principal }: By,
): Promise<Result<readonly KeptSecret[]>> {
  const place = await resolve(opening, wanted);
  if (!place.ok) return place;
  const { environment, space, actorId } = place.value;
  const canRead = (target: Target): boolean => authorize(principal, 'secrets:read', target).ok;
  const spaces = [
    ...(canRead(targetOf({ environment })) ? [''] : []),
    ...(space !== undefined && canRead(targetOf({ environment, space })) ? [space.id] : []),
  ];
  const all = await opening.tx.secrets.of([environment.id]);
  const seen = all.filter((row) => spaces.includes(row.space_id) && ['', actorId].includes(row.actor_id));
  const nearest = new Map([...seen].sort((a, b) => nearness(a) - nearness(b)).map((row) => [row.name, row]));
  const opened: KeptSecret[] = [];
  for (const row of nearest.values()) {
    const value = await open(opening, row);
    if (!value.ok) return value;
    opened.push(keptSecret(row, value.value));
  }
  return ok(opened.sort((a, b) => (a.name < b.name ? -1 : 1)));
}

export interface NewSecret {
  readonly place: SecretPlace;
  readonly name: string;
  readonly value: Secret;
}

export async function putSecret(
  work: UnitOfWork,
  secret: NewSecret,
  { principal }: By,
): Promise<Result<string>> {
  const place = await resolve(work, secret.place);
  if (!place.ok) return place;
  const { environment, space, actorId } = place.value;
  const allowed = authorize(principal, 'secrets:write', targetOf(place.value));
  if (!allowed.ok) return allowed;
  const all = await work.tx.secrets.of([environment.id]);
  const spaceId = space?.id ?? '';
  const before = all.find(
    (row) => row.name === secret.name && row.space_id === spaceId && row.actor_id === actorId,
  );
  if (before === undefined && all.length >= SECRETS_MAX)
    return fail(
      fault('conflict', `${environment.name} has ${SECRETS_MAX} secrets, the limit; delete unused secrets`),
    );
  const row = sign(work, {
    id: before?.id ?? `us_sec_${base62(16, work.entropy)}`,
    ...{ environment_id: environment.id, space_id: spaceId, actor_id: actorId, name: secret.name },
    sealed: await work.sealing.seal(secret.value, work.keyring.identity.recipient),
    created_at: before?.created_at ?? work.now,
    updated_at: work.now,
  });
  const action = before === undefined ? 'secret.created' : 'secret.updated';
  const detail = { ...named(row), box: { sha256: boxDigest(row) } };
  const recorded = await record(work, space ?? environment, { action, detail });
  if (!recorded.ok) return recorded;
  await work.tx.secrets.put(row);
  return ok(row.id);
}

export async function removeSecret(
  work: UnitOfWork,
  id: string,
  { principal }: By,
): Promise<Result<SecretPlace>> {
  const row = await work.tx.secrets.byId(id);
  if (row === undefined) return ABSENT;
  if (!isGenuineSecret(work, row)) return fail(tampered('secret', id));
  const place = await placeOf(work, row);
  if (!place.ok) return place;
  const allowed = authorize(principal, 'secrets:write', targetOf(place.value));
  if (!allowed.ok) return authorize(principal, 'secrets:read', targetOf(place.value)).ok ? allowed : ABSENT;
  const { environment, space } = place.value;
  const entry = { action: 'secret.deleted', detail: named(row) };
  const recorded = await record(work, space ?? environment, entry);
  if (!recorded.ok) return recorded;
  await work.tx.secrets.remove(id);
  return ok({
    environment: environment.name,
    ...(space && { space: refOfRow(space) }),
    ...(row.actor_id !== '' && { actorId: row.actor_id }),
  });
}

const ABSENT = fail(fault('not_found', 'secret not found; GET /secrets lists secrets'));

interface Place {
  readonly environment: ObjectRow;
  readonly space?: ObjectRow | undefined;
  readonly actorId: string;
}

type Rows = Pick<Opening, 'tx' | 'keyring'>;

async function resolve(
  rows: Rows,
  { environment, space, actorId = '' }: SecretPlace,
): Promise<Result<Place>> {
  const inside = await rows.tx.objects.find('Environment', environment);
  const found = await live(rows, inside, 'environment');
  if (!found.ok || space === undefined) return found.ok ? ok({ environment: found.value, actorId }) : found;
  const spaceRow = await live(rows, await rows.tx.objects.find(space.kind, space.name), 'space');
  if (!spaceRow.ok) return spaceRow;
  return spaceIn(spaceRow.value).spec.environment === environment
    ? ok({ environment: found.value, space: spaceRow.value, actorId })
    : fail(fault('not_found', `${environment} has no such space`));
}

async function placeOf(
  rows: Rows,
  { environment_id, space_id, actor_id }: SecretRow,
): Promise<Result<Place>> {
  const environment = await live(rows, await rows.tx.objects.byId(environment_id), 'environment');
  if (!environment.ok || space_id === '')
    return environment.ok ? ok({ environment: environment.value, actorId: actor_id }) : environment;
  const space = await live(rows, await rows.tx.objects.byId(space_id), 'space');
  return space.ok ? ok({ environment: environment.value, space: space.value, actorId: actor_id }) : space;
}

async function live(rows: Rows, row: ObjectRow | undefined, what: string): Promise<Result<ObjectRow>> {
  return row === undefined || row.removed_at !== null
    ? fail(fault('not_found', `${what} not found`))
    : genuine(rows, row);
}

function targetOf({ environment, space }: Pick<Place, 'environment' | 'space'>): Target {
  if (space === undefined) return { kind: 'environment', environment: environment.name };
  const { name } = spaceIn(space).metadata;
  return { kind: 'place', place: { environment: environment.name, space: { name, id: space.id } } };
}

const spaceIn = (row: ObjectRow) => declarationOf(row) as DeclarationOf<'Space'>;

/** What comes later here is read instead of what came before. */
const nearness = ({ space_id, actor_id }: SecretRow): number =>
  (space_id === '' ? 0 : 2) + (actor_id === '' ? 0 : 1);

/** For the log: which one, and nothing of what it says. */
const named = ({ id, name, actor_id }: SecretRow) => ({
  ...{ secretId: id, secret: name },
  ...(actor_id !== '' && { actorId: actor_id }),
});

/** What the log keeps of a value: it reveals nothing, not even by comparison, since no two boxes are alike. */
export const boxDigest = ({ sealed }: Pick<SecretRow, 'sealed'>): string => sha256(sealed);

async function open({ keyring, sealing }: Opening, row: SecretRow): Promise<Result<Secret>> {
  const value = isGenuineSecret({ keyring }, row)
    ? await sealing.open(row.sealed, keyring.identity)
    : undefined;
  return value === undefined ? fail(tampered('secret', row.id)) : ok(value);
}

const keptSecret = (row: SecretRow, value: Secret): KeptSecret => ({
  id: row.id,
  name: row.name,
  value,
  environmentId: row.environment_id,
  spaceId: row.space_id === '' ? undefined : row.space_id,
  actorId: row.actor_id === '' ? undefined : row.actor_id,
});

const sign = ({ keyring }: Pick<UnitOfWork, 'keyring'>, row: Omit<SecretRow, 'row_mac'>): SecretRow => ({
  ...row,
  row_mac: keyring.rowMac(rowText(row)),
});

export const isGenuineSecret = ({ keyring }: Pick<UnitOfWork, 'keyring'>, row: SecretRow): boolean =>
  isSameMac(row.row_mac, keyring.rowMac(rowText(row)));

const rowText = (row: Omit<SecretRow, 'row_mac'>): string =>
  JSON.stringify([
    'secret',
    row.id,
    row.environment_id,
    row.space_id,
    row.actor_id,
    row.name,
    row.sealed,
    row.created_at,
    row.updated_at,
  ]);

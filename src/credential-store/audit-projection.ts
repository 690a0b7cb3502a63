/**
 * What the audit log reports about the rows: which objects there are and what they declare, which keys are stopped, which
 * versions end by when, which secrets were shown or are kept for customers' code, and which credentials are no longer
 * accepted. Folded from the log entry by entry, so that rows can be held against it.
 */

import { isObjectKind } from '../domain/kinds/index.js';
import type { Instant } from '../domain/time.js';
import { RENAMED } from './history.js';
import { parsedRow } from './storage-port/broken-row.js';
import type { AuditRow } from './storage-port.js';

export interface ProjectedObject {
  readonly name: string;
  /** The last entry about it. */
  readonly seq: number;
  readonly digest: string;
  readonly isStopped: boolean;
  /** Of its versions so far. */
  readonly tokenIds: readonly string[];
  /** Of its secrets, by id; they go with it. */
  readonly secrets: ReadonlyMap<string, ProjectedSecret>;
}

export interface ProjectedSecret {
  readonly seq: number;
  /** The digest of its box. */
  readonly box: string | undefined;
}

export interface AuditProjection {
  /** Live ones, by kind and name. */
  readonly objects: Map<string, ProjectedObject>;
  /** Token ids of all versions that were issued: their rows stay for ever. */
  readonly issued: Set<string>;
  /** By token id: refused from then on, at the latest. */
  readonly endings: Map<string, Instant>;
  /** By token id: the secret was shown, and is not kept. */
  readonly shown: Set<string>;
  /** By id: used up, or ended. */
  readonly credentials: Map<string, 'spent_at' | 'ended_at'>;
}

export const emptyProjection = (): AuditProjection => ({
  objects: new Map(),
  issued: new Set(),
  endings: new Map(),
  shown: new Set(),
  credentials: new Map(),
});

/** What an entry may say beside its action; whatever else is in it is passed over. */
interface Detail {
  readonly digest?: string;
  readonly to?: string;
  readonly tokenId?: string;
  readonly endsAt?: Instant;
  readonly secretId?: string;
  readonly box?: { readonly sha256: string };
  readonly versions?: readonly {
    readonly tokenId: string;
    readonly revokedAt?: Instant;
    readonly expiresAt?: Instant;
  }[];
}

/** Takes in the next entry. */
export function project(projection: AuditProjection, row: AuditRow): void {
  if (row.object_kind === 'Credential') projectCredential(projection, row);
  else if (isObjectKind(row.object_kind))
    projectObject(projection, row, parsedRow<Detail>(row.detail, `audit entry ${row.seq}`));
}

const ENDINGS: Readonly<Record<string, 'spent_at' | 'ended_at'>> = {
  'invitation.accepted': 'spent_at',
  'link.used': 'spent_at',
  'invitation.replaced': 'ended_at',
  'invitation.ended': 'ended_at',
  'password.replaced': 'ended_at',
  'token.rotated': 'ended_at',
  'token.deleted': 'ended_at',
  'token.revoked': 'ended_at',
  'session.ended': 'ended_at',
  'link.ended': 'ended_at',
  'credential.ended-before': 'ended_at',
};

function projectCredential({ credentials }: AuditProjection, { action, object_name }: AuditRow): void {
  const ending = ENDINGS[action];
  if (ending !== undefined) credentials.set(object_name, ending);
}

function projectObject(projection: AuditProjection, row: AuditRow, detail: Detail): void {
  const { objects, shown } = projection;
  for (const { tokenId, revokedAt, expiresAt } of detail.versions ?? [])
    end(projection, tokenId, revokedAt ?? expiresAt);
  const at = `${row.object_kind}/${row.object_name}`;
  const known = objects.get(at);
  if (row.action === 'object.created') {
    const { digest = '' } = detail;
    objects.set(at, { name: at, seq: row.seq, digest, isStopped: false, tokenIds: [], secrets: new Map() });
  } else if (row.action === 'object.deleted') {
    for (const tokenId of known?.tokenIds ?? []) end(projection, tokenId, detail.endsAt);
    objects.delete(at);
  } else if (row.action === RENAMED && detail.to !== undefined && known !== undefined) {
    const next = `${row.object_kind}/${detail.to}`;
    objects.delete(at);
    objects.set(next, { ...known, name: next, seq: row.seq });
  } else if (known !== undefined) objects.set(at, changedBy(known, row, detail));
  if (row.action === 'key.issued' && detail.tokenId !== undefined) projection.issued.add(detail.tokenId);
  if (row.action === 'key.claimed' && detail.tokenId !== undefined) shown.add(detail.tokenId);
}

function changedBy(known: ProjectedObject, row: AuditRow, detail: Detail): ProjectedObject {
  const { action, seq } = row;
  const { digest = known.digest, tokenId } = detail;
  const isStopped = action === 'key.deactivated' || (known.isStopped && action !== 'key.activated');
  const isIssued = action === 'key.issued' && tokenId !== undefined;
  const tokenIds = isIssued ? [...known.tokenIds, tokenId] : known.tokenIds;
  return { ...known, seq, digest, isStopped, tokenIds, secrets: secretsAfter(known, row, detail) };
}

function secretsAfter(
  { secrets }: ProjectedObject,
  { action, seq }: AuditRow,
  { secretId, box }: Detail,
): ProjectedObject['secrets'] {
  if (secretId === undefined) return secrets;
  const others = [...secrets].filter(([id]) => id !== secretId);
  return new Map(action === 'secret.deleted' ? others : [...others, [secretId, { seq, box: box?.sha256 }]]);
}

/** An end is brought forward, never put off. */
function end({ endings }: AuditProjection, tokenId: string, at: Instant | undefined): void {
  if (at !== undefined) endings.set(tokenId, Math.min(at, endings.get(tokenId) ?? at));
}

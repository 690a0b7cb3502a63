/**
 * From what was presented to who that is, now. Everything a principal stands on is read in one snapshot, so
 * no principal outlives the credential that they signed in with:
 *
 *     access token ─▶ session ─▶ key's version ─▶ key ─▶ owner
 *                        │         (of a client: and the space that it made)
 *                        ├─────▶ personal, root, password, invitation ─▶ person
 *                        └─────▶ magic or shared link ─▶ guest ─▶ environment, space
 */
import type { DeclarationOf } from '../../domain/objects.js';
import type {
  GuestPrincipal,
  OnlySpace,
  ParentKind,
  PresentedCredential,
  Principal,
} from '../../domain/principal.js';
import { ok } from '../../domain/result.js';
import { type Instant, NEVER } from '../../domain/time.js';
import { declarationOf } from '../rows.js';
import type { CredentialRow, VersionRow } from '../storage-port.js';
import { findCredential, hasEnded, isIdle, liveHolder, type Reading } from './credentials.js';
import { type GuestWay, guestFacts } from './guest-principal.js';
import { clientPermissions, type KeyFacts, keyFacts } from './key-principal.js';
import { chainMaybe, type Maybe, mapMaybe, NOTHING } from './maybe.js';
import { personFacts } from './user-principal.js';

type Principals = Promise<Maybe<Principal>>;

/** The key itself. Undefined unless it is good now. */
export const principalOfKey = async (reading: Reading, version: VersionRow): Principals =>
  mapMaybe(await keyFacts(reading, version), ({ expiresAt, ...key }) => ({
    kind: 'key',
    ...key,
    // It may start a client's session, and nothing else (F7).
    permissions: key.type === 'publishable' ? [] : key.permissions,
    credential: { kind: 'key', id: version.token_id, expiresAt, parent: undefined },
    at: reading.now,
  }));

/** Returns the holder of a token or a session. Undefined if none was presented or it has ended. */
export async function principalOf(reading: Reading, row: CredentialRow): Principals {
  if (hasEnded(row, reading.now) || isIdle(row, reading.now)) return NOTHING;
  switch (row.kind) {
    case 'root':
    case 'personal':
      return personBy(reading, row, { ...presented(row), kind: row.kind, parent: undefined });
    case 'session':
      return ofSession(reading, row);
    default:
      return NOTHING;
  }
}

async function ofSession(reading: Reading, row: CredentialRow): Principals {
  const parentId = row.parent_id ?? '';
  const version = await reading.tx.versions.byTokenId(parentId);
  if (version !== undefined) return byKey(reading, row, version);
  const parent = await findCredential(reading, parentId);
  return chainMaybe(parent, (found) => byParent(reading, row, found));
}

async function byParent(reading: Reading, row: CredentialRow, parent: CredentialRow): Principals {
  switch (parent.kind) {
    case 'root':
    case 'personal':
    case 'password':
      if (hasEnded(parent, reading.now)) return NOTHING;
      return personBy(reading, row, accessFor(row, parent.kind, parent.expires_at));
    case 'invitation':
      // Used up, as a magic link is.
      return parent.ended_at === null ? personBy(reading, row, accessFor(row, parent.kind)) : NOTHING;
    case 'magic_link':
      // Used up by signing in, and meant to end long before the session; only revoking it manually ends that too.
      return parent.ended_at === null ? guestBy(reading, row, { way: parent.kind }) : NOTHING;
    case 'shared_link':
      return hasEnded(parent, reading.now) ? NOTHING : guestInSpace(reading, row, parent);
    default:
      return NOTHING;
  }
}

const personBy = async (reading: Reading, row: CredentialRow, credential: PresentedCredential): Principals =>
  mapMaybe(await personFacts(reading, row.holder_id), (person) => ({
    kind: credential.kind === 'root' ? 'root' : 'person',
    ...person,
    credential,
    at: reading.now,
  }));

const byKey = async (reading: Reading, row: CredentialRow, version: VersionRow): Principals =>
  chainMaybe<KeyFacts, Principal>(await keyFacts(reading, version), async ({ expiresAt, type, ...key }) => {
    const acting = { ...key, credential: accessFor(row, 'key', expiresAt), at: reading.now };
    if (type === 'secret') return ok({ kind: 'key', ...acting, type });
    const client = { kind: 'client', ...acting, permissions: clientPermissions(key.permissions) } as const;
    return row.space_id === null
      ? ok({ ...client, onlySpace: undefined })
      : inOneSpace(reading, client, row.space_id);
  });

/** Undefined once the space is gone, or is of another environment. */
const inOneSpace = async <P extends { readonly environment: string }>(
  reading: Reading,
  principal: P,
  spaceId: string,
): Promise<Maybe<P & { readonly onlySpace: OnlySpace }>> =>
  chainMaybe(await liveHolder(reading, { holder_id: spaceId }, 'Space'), (space) => {
    const { metadata, spec } = declarationOf(space) as DeclarationOf<'Space'>;
    const onlySpace = { name: metadata.name, id: space.id };
    return ok(spec.environment === principal.environment ? { ...principal, onlySpace } : undefined);
  });

interface Entrance {
  readonly way: GuestWay;
  readonly endsAt?: Instant | null;
}

const guestBy = async (
  reading: Reading,
  row: CredentialRow,
  { way, endsAt }: Entrance,
): Promise<Maybe<GuestPrincipal>> =>
  mapMaybe(await guestFacts(reading, row.holder_id, way), ({ lapsesAt, ...guest }) => ({
    kind: 'guest',
    ...guest,
    credential: accessFor(row, way, lapsesAt, endsAt),
    onlySpace: undefined,
    at: reading.now,
  }));

/** The link opens its space to any holder; what else the guest is granted stays closed. */
const guestInSpace = async (reading: Reading, row: CredentialRow, link: CredentialRow): Principals =>
  chainMaybe(await guestBy(reading, row, { way: 'shared_link', endsAt: link.expires_at }), (guest) =>
    inOneSpace(reading, guest, link.holder_id),
  );

const presented = ({ id, expires_at }: CredentialRow): Pick<PresentedCredential, 'id' | 'expiresAt'> => ({
  id,
  expiresAt: expires_at ?? undefined,
});

/** It ends with the session, and with whatever the session stands on, whichever comes first. */
const accessFor = (
  row: CredentialRow,
  kind: ParentKind,
  ...ends: readonly (Instant | null | undefined)[]
): PresentedCredential => ({
  kind: 'access',
  id: row.id,
  expiresAt: Math.min(row.expires_at ?? NEVER, ...ends.map((end) => end ?? NEVER)),
  parent: { kind, id: row.parent_id ?? '' },
});

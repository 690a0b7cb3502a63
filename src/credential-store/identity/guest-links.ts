/**
 * Manages the links by which guests sign in (F11). A magic link is one guest's, good for one use within a short while. A shared
 * link is a space's, and any visitor who has it signs in with any address: it opens that space and nothing else.
 */
import { fault } from '../../domain/errors.js';
import { Guest } from '../../domain/kinds/guest.js';
import { foldEmail, type GuestSpec } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { type DeclarationOf, isId, type ObjectRef, refText } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { linkIdOf, mintLinkToken, type Secret } from '../../domain/secret.js';
import { DAY_MS, type DurationMs, MINUTE_MS, SECOND_MS } from '../../domain/time.js';
import type { GuestLink, Shown } from '../../ports/identity.js';
import type { MessageContent } from '../../ports/outbox.js';
import { keepAttributes } from '../admin/attributes.js';
import { refuseUnreachable } from '../admin/names.js';
import { insertObject } from '../insert-object.js';
import { genuine } from '../key-repository.js';
import { writeMessage } from '../outbox/messages.js';
import { declarationOf, isSameMac, refOfRow } from '../rows.js';
import type { CredentialRow, ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import {
  actingAs,
  changeCredential,
  findCredential,
  hasEnded,
  idOf,
  insertCredential,
  liveHolder,
  type Reading,
} from './credentials.js';
import { environmentSpec, type GuestWay, letsIn } from './guest-principal.js';
import { chainMaybe, type Maybe, NOTHING } from './maybe.js';
import { unauthenticated } from './sessions.js';

const MAGIC_MS: DurationMs = 15 * MINUTE_MS;
const SHARED_MS: DurationMs = 30 * DAY_MS;

/** The object that a link is for, by name or id; `not_found`. */
export async function linkHolder(reading: Reading, { kind, name }: ObjectRef): Promise<Result<ObjectRow>> {
  const row = isId(name) ? await reading.tx.objects.byId(name) : await reading.tx.objects.find(kind, name);
  if (row === undefined || row.kind !== kind || row.removed_at !== null)
    return fail(fault('not_found', `there is no ${refText({ kind, name })}`));
  return genuine(reading, row);
}

export interface NewLink {
  readonly way: GuestWay;
  /** With what words a magic link is sent to its guest; absent: it is not sent. */
  readonly message?: MessageContent | undefined;
}

/** `conflict` where the environment does not let guests in this way. */
export async function makeLink(
  work: UnitOfWork,
  holder: ObjectRow,
  { way, message }: NewLink,
): Promise<Result<Shown<GuestLink>>> {
  const environment = environmentOf(holder);
  const spec = await environmentSpec(work, environment);
  if (!spec.ok) return spec;
  if (!letsIn(spec.value, way))
    return fail(
      fault(
        'conflict',
        `guests of ${environment} cannot sign in with ${way}; add it to guestAuthentication of the environment`,
      ),
    );
  const { id: publicId, token } = mintLinkToken(work.entropy);
  const expiresAt = work.now + (way === 'magic_link' ? MAGIC_MS : SHARED_MS);
  const row = await insertCredential(
    work,
    { kind: way, publicId, holder, proof: work.keyring.tokenMac(token), expiresAt },
    { action: 'link.created', detail: { way, expiresAt } },
  );
  if (!row.ok) return row;
  const kind = way === 'magic_link' ? 'magicLink' : 'sharedLink';
  if (message !== undefined && kind === 'magicLink')
    await writeMessage(work, row.value, { ...message, kind, to: addressOf(holder), token, environment });
  return ok({ shown: { id: row.value.id, kind, environment, expiresAt }, token });
}

/** The link that a token is of, while a guest may sign in with it. */
export async function goodLink(
  reading: Reading,
  token: Secret,
  way: GuestWay,
): Promise<Maybe<CredentialRow>> {
  const id = linkIdOf(token.reveal());
  if (id === undefined) return NOTHING;
  return chainMaybe(await findCredential(reading, idOf(way, id)), (row) => {
    const isMeant = row.kind === way && isSameMac(row.proof ?? '', reading.keyring.tokenMac(token));
    return ok(isMeant && row.spent_at === null && !hasEnded(row, reading.now) ? row : undefined);
  });
}

/** Used up; gives whose it was. */
export async function spendMagicLink(work: UnitOfWork, link: CredentialRow): Promise<Result<ObjectRow>> {
  const guest = await liveHolder(work, link, 'Guest');
  if (!guest.ok) return guest;
  if (guest.value === undefined) return unauthenticated();
  const entry = { action: 'link.used', detail: {} };
  const spent = await changeCredential(actingAs(work, guest.value), { ...link, spent_at: work.now }, entry);
  return spent.ok ? ok(guest.value) : spent;
}

export interface Visitor {
  readonly email: string;
  readonly name?: string;
}

/** No mail gets there: the address that a visitor claims belongs to no known guest. */
const NO_ADDRESS = 'shared-link.invalid';

/**
 * A guest of this session alone, who is granted the space until the link ends. The address was claimed without proof, so
 * it never signs in an existing guest: it is kept beside them, for people to read.
 */
export async function visitorBy(
  work: UnitOfWork,
  link: CredentialRow,
  { email, name = email }: Visitor,
): Promise<Result<ObjectRow>> {
  const found = await liveHolder(work, link, 'Space');
  if (!found.ok) return found;
  const space = found.value;
  if (space === undefined) return unauthenticated();
  const reachable = refuseUnreachable(email, name);
  if (!reachable.ok) return reachable;
  const environment = environmentOf(space);
  const spec = await environmentSpec(work, environment);
  if (!spec.ok) return spec;
  if (!letsIn(spec.value, 'shared_link')) return unauthenticated();
  const own = `visitor-${Buffer.from(work.entropy.bytes(8)).toString('hex')}`;
  const leftS = Math.ceil(((link.expires_at ?? work.now) - work.now) / SECOND_MS);
  const row = await insertObject(work, {
    declaration: {
      kind: 'Guest',
      metadata: { name: own },
      spec: normalForm(Guest.schema, {
        ...{ environment, email: `${own}@${NO_ADDRESS}`, name, grants: [{ space: space.id }] },
        expiresAfter: `${Math.max(1, leftS)}s`,
      }),
    },
    ownership: undefined,
    origin: 'manual',
  });
  const kept = row.ok ? await keepAttributes(work, row.value, { saidEmail: foldEmail(email) }) : row;
  return kept.ok ? row : kept;
}

/** A guest that no document declares has a random name: they are known by their address. */
export const guestDeclaration = (
  work: Pick<UnitOfWork, 'entropy'>,
  guest: GuestSpec,
): DeclarationOf<'Guest'> => ({
  kind: 'Guest',
  metadata: { name: `guest-${Buffer.from(work.entropy.bytes(6)).toString('hex')}` },
  spec: normalForm(Guest.schema, guest),
});

const addressOf = (guest: ObjectRow): string => (declarationOf(guest) as DeclarationOf<'Guest'>).spec.email;

/** Guests and spaces are named within theirs. */
export const environmentOf = (row: ObjectRow): string => {
  const { name } = refOfRow(row);
  return name.slice(0, name.indexOf('/'));
};

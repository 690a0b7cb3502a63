/**
 * Personal access tokens (F8): made by people for themselves, named, shown once. They act with the person's rights
 * as they are now, in every environment; dead while the person is deactivated, for ever once they are deleted.
 */
import { fault } from '../../domain/errors.js';
import { isVisibleText } from '../../domain/kinds/fields.js';
import { personOf } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { mintPersonalToken, personalPrefix } from '../../domain/secret.js';
import { formatInstant, type Instant, NEVER } from '../../domain/time.js';
import type { By, PersonalToken, Shown } from '../../ports/identity.js';
import { genuine } from '../key-repository.js';
import type { CredentialRow, ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import {
  endCredential,
  findCredential,
  genuineCredential,
  hasEnded,
  insertCredential,
  type Reading,
} from './credentials.js';

/** So that a loop gone wrong does not fill the store; as many as GitHub allows. */
const TOKENS_MAX = 50;
const NAME_MAX = 100;

/** `bad_request` for an unusable name, `conflict` for one too many. */
export async function createPersonalToken(
  work: UnitOfWork,
  { name, expiresAt }: { readonly name: string; readonly expiresAt?: Instant | undefined },
  by: By,
): Promise<Result<Shown<PersonalToken>>> {
  const person = await callingPerson(work, by);
  if (!person.ok) return person;
  const text = name.trim().normalize('NFC');
  if (text.length === 0 || !isVisibleText(text, NAME_MAX))
    return fail(
      fault(
        'bad_request',
        `name must be 1 to ${NAME_MAX} visible characters; describe what the token is for`,
      ),
    );
  if (expiresAt !== undefined && expiresAt <= work.now)
    return fail(
      fault(
        'bad_request',
        `expiresAt ${formatInstant(expiresAt)} is in the past; use a later date or remove the field`,
      ),
    );
  const latest = await endOfToken(work, by);
  if (!latest.ok) return latest;
  const own = await openTokens(work, person.value.id);
  if (!own.ok) return own;
  if (own.value.length >= TOKENS_MAX)
    return fail(
      fault(
        'conflict',
        `the limit of ${TOKENS_MAX} personal access tokens is reached; delete one that is not needed`,
      ),
    );
  return mint(work, person.value, {
    ...{ name: text, action: 'token.created' },
    expiresAt: latest.value === undefined ? expiresAt : Math.min(latest.value, expiresAt ?? NEVER),
  });
}

/** A token with an end makes none without: when the token ends that the caller came by, if it does. */
async function endOfToken(
  work: UnitOfWork,
  { principal: { credential } }: By,
): Promise<Result<Instant | undefined>> {
  const row = await findCredential(work, credential.parent?.id ?? credential.id);
  if (!row.ok) return row;
  return ok(row.value?.kind === 'personal' ? (row.value.expires_at ?? undefined) : undefined);
}

/** Their own that did not end, oldest first. */
export async function personalTokens(reading: Reading, by: By): Promise<Result<readonly PersonalToken[]>> {
  const person = await callingPerson(reading, by);
  if (!person.ok) return person;
  const own = await openTokens(reading, person.value.id);
  return own.ok ? ok(own.value.map(shownToken)) : own;
}

/** The old one ends, with the sessions it started; the new one has an id of its own, for it is another secret. */
export async function rotatePersonalToken(
  work: UnitOfWork,
  id: string,
  by: By,
): Promise<Result<Shown<PersonalToken>>> {
  const own = await ownToken(work, id, by);
  if (!own.ok) return own;
  const { row, person } = own.value;
  const ended = await endCredential(work, row, 'token.rotated');
  if (!ended.ok) return ended;
  return mint(work, person, {
    ...{ name: row.name ?? '', action: 'token.created', replaces: row.id },
    // A rotation makes no token act for longer.
    expiresAt: row.expires_at ?? undefined,
  });
}

/** At once and for good. */
export async function deletePersonalToken(work: UnitOfWork, id: string, by: By): Promise<Result<void>> {
  const own = await ownToken(work, id, by);
  return own.ok ? endCredential(work, own.value.row, 'token.deleted') : own;
}

interface Minting {
  readonly name: string;
  readonly action: string;
  readonly replaces?: string;
  readonly expiresAt?: Instant | undefined;
}

async function mint(
  work: UnitOfWork,
  holder: ObjectRow,
  { name, action, expiresAt, ...detail }: Minting,
): Promise<Result<Shown<PersonalToken>>> {
  const { id: publicId, token } = mintPersonalToken(work.entropy);
  const proof = work.keyring.tokenMac(token);
  const row = await insertCredential(
    work,
    { kind: 'personal', publicId, holder, name, proof, expiresAt },
    { action, detail: { name, ...detail, ...(expiresAt !== undefined && { expiresAt }) } },
  );
  return row.ok ? ok({ shown: shownToken(row.value), token }) : row;
}

/** Another person's is as unknown as one that never was. */
async function ownToken(
  work: UnitOfWork,
  id: string,
  by: By,
): Promise<Result<{ readonly row: CredentialRow; readonly person: ObjectRow }>> {
  const person = await callingPerson(work, by);
  if (!person.ok) return person;
  const row = await findCredential(work, id);
  if (!row.ok) return row;
  const isTheirs =
    row.value?.kind === 'personal' &&
    row.value.holder_id === person.value.id &&
    !hasEnded(row.value, work.now);
  if (row.value === undefined || !isTheirs)
    return fail(
      fault(
        'not_found',
        `you have no personal access token ${JSON.stringify(id)}; list your tokens to see their ids`,
      ),
    );
  return ok({ row: row.value, person: person.value });
}

async function openTokens(reading: Reading, personId: string): Promise<Result<readonly CredentialRow[]>> {
  const open: CredentialRow[] = [];
  for (const row of await reading.tx.credentials.of(personId, 'personal')) {
    const checked = genuineCredential(reading, row);
    if (!checked.ok) return checked;
    if (!hasEnded(row, reading.now)) open.push(row);
  }
  return ok(open);
}

/** The row of the person who calls; `forbidden` for keys and guests, who are no persons. */
export async function callingPerson(reading: Reading, { principal }: By): Promise<Result<ObjectRow>> {
  const person = personOf(principal);
  const row = person && (await reading.tx.objects.byId(person.id));
  if (row === undefined)
    return fail(
      fault('forbidden', 'only users have personal access tokens and passwords; sign in as a user'),
    );
  return genuine(reading, row);
}

const shownToken = ({ id, name, created_at, expires_at, last_used_at }: CredentialRow): PersonalToken => ({
  id,
  name: name ?? '',
  prefix: personalPrefix(id.slice(id.lastIndexOf('_') + 1)),
  createdAt: created_at,
  expiresAt: expires_at ?? undefined,
  lastUsedAt: last_used_at ?? undefined,
});

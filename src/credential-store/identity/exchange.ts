/** Exchanges a credential for an access token: a personal access token, a client id and secret, a password, a link. */
import { foldEmail } from '../../domain/kinds/index.js';
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result, unreachable } from '../../domain/result.js';
import type { Secret } from '../../domain/secret.js';
import type { CallContext, Proof } from '../../ports/identity.js';
import { whoHolds } from './authenticate.js';
import { recordOf } from './credentials.js';
import { goodLink, spendMagicLink, type Visitor, visitorBy } from './guest-links.js';
import { callerOf, type Identity } from './identity.js';
import { findPerson, guess, passwordOf, tooMany } from './passwords.js';
import { type Granted, startSession, unauthenticated } from './sessions.js';
import type { Attempt } from './sign-in-rate-limit.js';

/** Which wrong passwords of a quarter of an hour are written down: the first of each order of magnitude. */
const NOTED = new Set([1, 10, 100, 1_000, 10_000]);

export function exchange(identity: Identity, proof: Proof, context: CallContext): Promise<Result<Granted>> {
  switch (proof.kind) {
    case 'token':
      return byToken(identity, proof.token, { context });
    case 'client':
      return byToken(identity, proof.secret, { context, clientId: proof.clientId });
    case 'password':
      return byPassword(identity, proof, context);
    case 'magicLink':
      return byMagicLink(identity, proof.token, context);
    case 'sharedLink':
      return bySharedLink(identity, proof, context);
    default:
      return unreachable(proof);
  }
}

interface Shown {
  readonly context: CallContext;
  /** F9: then the token must be the secret of that id. */
  readonly clientId?: string;
}

async function byToken(
  identity: Identity,
  token: Secret,
  { context, clientId }: Shown,
): Promise<Result<Granted>> {
  const found = await identity.read((reading) =>
    whoHolds({ ...reading, context, storeId: identity.storeId }, token),
  );
  if (!found.ok) return found;
  const principal = found.value?.principal;
  if (principal === undefined || !mayBeExchanged(principal)) return unauthenticated();
  const { credential, id } = principal;
  if (clientId !== undefined && clientId !== credential.id && clientId !== id) return unauthenticated();
  const counted = identity.quotas.session(principal, context.source ?? '', identity.clock.now());
  if (!counted.ok) return counted;
  return identity.write(callerOf(principal, context), async (work) => {
    const holder = await work.tx.objects.byId(id);
    if (holder === undefined) return unauthenticated();
    return startSession(work, {
      holder,
      parentId: credential.id,
      endsAt: context.sessionEndsAt,
      detail: { by: credential.kind, ...sourceOf(context) },
    });
  });
}

/** An access token is refreshed, not exchanged, so that what it stands on stays in sight. */
const mayBeExchanged = ({ credential }: Principal): boolean => credential.kind !== 'access';

async function byPassword(
  identity: Identity,
  { email, password }: Extract<Proof, { kind: 'password' }>,
  context: CallContext,
): Promise<Result<Granted>> {
  const { throttle, clock } = identity;
  const attempt = { account: foldEmail(email), source: context.source ?? '' };
  const waitMs = throttle.waitMs(attempt, clock.now());
  if (waitMs > 0) return fail(tooMany(waitMs));
  const found = await identity.read(async (reading) => {
    const person = await findPerson(reading, attempt.account);
    if (!person.ok || person.value === undefined) return person.ok ? ok(undefined) : person;
    const row = await passwordOf(reading, person.value);
    return row.ok ? ok({ person: person.value, row: row.value }) : row;
  });
  if (!found.ok) return found;
  const row = found.value?.row;
  // An unknown person, or one without a password, is refused after the same work.
  const hash = row?.proof ?? (await identity.decoy());
  const guessed = await guess(identity, { attempt, hash, password });
  if (!guessed.ok) return guessed;
  const { isRight, failures } = guessed.value;
  if (!isRight || row === undefined || found.value === undefined)
    return refused(identity, { ...attempt, failures }, context);
  const { person } = found.value;
  const failuresBefore = throttle.succeeded(attempt, clock.now());
  return identity.write({ actor: `User/${person.name}`, path: context.path }, (work) =>
    startSession(work, {
      holder: person,
      parentId: row.id,
      endsAt: context.sessionEndsAt,
      detail: { by: 'password', failuresBefore, ...sourceOf(context) },
    }),
  );
}

/** For the audit entry: where the person signed in from. */
export const sourceOf = ({ source }: CallContext): { readonly source?: string } =>
  source === undefined ? {} : { source };

interface Refused extends Attempt {
  readonly failures: number;
}

/** Written down now and then: a log full of guesses hides what else is in it. */
async function refused(
  identity: Identity,
  { failures, ...attempt }: Refused,
  context: CallContext,
): Promise<Result<never>> {
  if (!NOTED.has(failures)) return unauthenticated();
  const noted = await identity.write({ actor: 'anonymous', path: context.path }, async (work) => {
    const person = await findPerson(work, attempt.account);
    if (!person.ok || person.value === undefined) return person.ok ? ok(0) : person;
    const about = { id: person.value.id, holder_id: person.value.id };
    return recordOf(work, about, { action: 'login.failed', detail: { failures, source: attempt.source } });
  });
  return noted.ok ? unauthenticated() : noted;
}

const byMagicLink = (identity: Identity, token: Secret, context: CallContext): Promise<Result<Granted>> =>
  identity.write({ actor: 'guest', path: context.path }, async (work) => {
    const link = await goodLink(work, token, 'magic_link');
    if (!link.ok) return link;
    if (link.value === undefined) return unauthenticated();
    const holder = await spendMagicLink(work, link.value);
    if (!holder.ok) return holder;
    return startSession(work, {
      holder: holder.value,
      parentId: link.value.id,
      endsAt: context.sessionEndsAt,
      detail: { by: 'magic_link', ...sourceOf(context) },
    });
  });

const bySharedLink = (
  identity: Identity,
  { token, ...visitor }: Visitor & { readonly token: Secret },
  context: CallContext,
): Promise<Result<Granted>> =>
  identity.write({ actor: 'guest', path: context.path }, async (work) => {
    const link = await goodLink(work, token, 'shared_link');
    if (!link.ok) return link;
    if (link.value === undefined) return unauthenticated();
    const counted = identity.quotas.visit(link.value.id, context.source ?? '', work.now);
    if (!counted.ok) return counted;
    const { email, name } = visitor;
    const holder = await visitorBy(work, link.value, { email, ...(name !== undefined && { name }) });
    if (!holder.ok) return holder;
    return startSession(work, {
      holder: holder.value,
      parentId: link.value.id,
      endsAt: context.sessionEndsAt,
      detail: { by: 'shared_link', isAddressProven: false, ...sourceOf(context) },
    });
  });

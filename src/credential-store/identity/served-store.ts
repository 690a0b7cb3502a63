/** The store as a server opens it: the live store, and those who may call it. */
import { authorize } from '../../domain/access.js';
import { accountIdOf } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { parseToken, type Secret } from '../../domain/secret.js';
import type { Accounts } from '../../ports/accounts.js';
import type { Admin } from '../../ports/admin.js';
import type { Applied } from '../../ports/applied.js';
import type { Events } from '../../ports/events.js';
import type { AccessToken, By, CallContext, IdentityService } from '../../ports/identity.js';
import type { LiveStore } from '../../ports/live-store.js';
import type { Outbox } from '../../ports/outbox.js';
import type { Sealing } from '../../ports/sealing.js';
import type { Secrets } from '../../ports/secrets.js';
import { accountsOver } from '../accounts/accounts.js';
import { adminOver } from '../admin/admin.js';
import { appliedBy, ownersIn } from '../applied.js';
import { identityOf, openOrFill } from '../bootstrap.js';
import { openCredentialStore } from '../credential-store.js';
import { acknowledgeEvent, eventSeen, eventsSeen, postEvent } from '../events/events.js';
import { outboxOver } from '../outbox/outbox.js';
import { putSecret, removeSecret, secretsSeen } from '../secrets.js';
import type { Storage } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { type Authenticated, shownCredential, shownSession, whoHolds } from './authenticate.js';
import { waitOut } from './constant-time.js';
import { endCredential } from './credentials.js';
import { exchange } from './exchange.js';
import { type Identity, type IdentityWorld, identityOver } from './identity.js';
import { createLink, createLinks, endLink, inviteGuest } from './links-access.js';
import { askForLink } from './magic-link-request.js';
import {
  createPersonalToken,
  deletePersonalToken,
  personalTokens,
  rotatePersonalToken,
} from './personal-tokens.js';
import { hadRootToken, setRootToken } from './root-token.js';
import { type Granted, refreshSession, signed, unauthenticated } from './sessions.js';
import { keySet, replaceSigningKey } from './signing-keys.js';
import { acceptInvitation, invite, setPassword } from './user-access.js';

export interface ServedStore {
  readonly store: LiveStore;
  /** `us_acc_…`: of the one account of the store. */
  readonly accountId: string;
  readonly authority: IdentityService;
  readonly admin: Admin;
  readonly secrets: Secrets;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly applied: Applied;
  readonly outbox: Outbox;
}

/** `master_key` if the key does not fit. Closing the store closes the storage. */
export async function openServed(
  storage: Storage,
  world: IdentityWorld,
  masterKey: Secret,
): Promise<Result<ServedStore>> {
  const store = await openCredentialStore(storage, world, masterKey);
  if (!store.ok) return store;
  const opened = await storage.write(async (tx) => {
    const keyring = await openOrFill(tx, { ...world, masterKey, now: world.clock.now() });
    return keyring.ok ? ok({ keyring: keyring.value, ...(await identityOf(tx)) }) : keyring;
  });
  if (!opened.ok) return opened;
  const identity = identityOver({ ...world, ...opened.value, storage });
  return ok({
    store: store.value,
    accountId: accountIdOf(identity.storeId),
    authority: { ...comingIn(identity), ...having(identity) },
    admin: adminOver(identity),
    secrets: secretsOver(identity, world.sealing),
    events: eventsOver(identity),
    accounts: accountsOver(identity),
    outbox: outboxOver(identity, storage),
    applied: {
      owners: () => identity.read(({ tx }) => ownersIn(tx)),
      by: (owner) => identity.read((reading) => appliedBy(reading, owner)),
    },
  });
}

const secretsOver = ({ read, act }: Identity, sealing: Sealing): Secrets => ({
  list: (wanted, by) => read((reading) => secretsSeen({ ...reading, sealing }, wanted, by)),
  put: (secret, by) => act(by, (work, caller) => putSecret(work, secret, caller)),
  remove: (id, by) => act(by, (work, caller) => removeSecret(work, id, caller)),
});

const eventsOver = ({ read, act }: Identity): Events => ({
  list: (query, by) => read((reading) => eventsSeen(reading, query, by)),
  get: (id, by) => read((reading) => eventSeen(reading, id, by)),
  post: (event, by) => act(by, (work, caller) => postEvent(work, event, caller)),
  acknowledge: (id, by) => act(by, (work, caller) => acknowledgeEvent(work, id, caller)),
});

type ComingIn = Pick<
  IdentityService,
  | 'authenticate'
  | 'exchange'
  | 'askForLink'
  | 'refresh'
  | 'acceptInvitation'
  | 'setRootToken'
  | 'hadRootToken'
  | 'keySet'
>;

/** Calls from callers who are not authenticated yet. */
function comingIn(identity: Identity): ComingIn {
  const answer = async (granted: Result<Granted>): Promise<Result<AccessToken>> =>
    granted.ok ? ok(await signed(granted.value, identity.storeId)) : granted;
  const evenly = <T>(ask: () => Promise<Result<T>>) => afterTheSameWhile(identity, ask);
  return {
    authenticate: (credential, context) => evenly(() => authenticate(identity, credential, context)),
    exchange: (proof, context) => evenly(async () => answer(await exchange(identity, proof, context))),
    askForLink: (asked, context) => askForLink(identity, asked, context),
    refresh: (token, context) => evenly(async () => answer(await refresh(identity, token, context))),
    acceptInvitation: (token, password, context) =>
      evenly(async () => answer(await acceptInvitation(identity, { token, password }, context))),
    setRootToken: (token) =>
      identity.write({ actor: 'keywright', path: 'serve' }, (work) => setRootToken(work, token)),
    hadRootToken: () => identity.read(hadRootToken),
    keySet: () => identity.read(keySet),
  };
}

/** Calls from authenticated callers. */
function having(identity: Identity): Omit<IdentityService, keyof ComingIn> {
  const { act, read, quotas, clock } = identity;
  /** Has messages sent to so many people. */
  const actWriting = async <T>(
    by: By,
    count: number,
    work: (work: UnitOfWork, caller: By) => Promise<Result<T>>,
  ): Promise<Result<T>> => {
    const counted = quotas.messages(by.principal, count, clock.now());
    return counted.ok ? act(by, work) : counted;
  };
  return {
    revokeToken: (token, by) => revokeToken(identity, token, by),
    rotateSigningKey: (by, how) =>
      act(by, async (work, { principal }) => {
        const allowed = authorize(principal, 'tokens:write', { kind: 'owners' });
        const replaced = allowed.ok ? await replaceSigningKey(work, how) : allowed;
        return replaced.ok ? ok(undefined) : replaced;
      }),
    createPersonalToken: (name, by, expiresAt) =>
      act(by, (work, caller) => createPersonalToken(work, { name, expiresAt }, caller)),
    personalTokens: (by) => read((reading) => personalTokens(reading, by)),
    rotatePersonalToken: (id, by) => act(by, (work, caller) => rotatePersonalToken(work, id, caller)),
    deletePersonalToken: (id, by) => act(by, (work, caller) => deletePersonalToken(work, id, caller)),
    invite: (person, by) => invite(identity, person, by),
    setPassword: (change, by) => setPassword(identity, change, by),
    inviteGuest: (guest, by) => actWriting(by, 1, (work, caller) => inviteGuest(work, guest, caller)),
    createMagicLink: (name, by, message) =>
      actWriting(by, 1, (work, caller) => createLink(work, { way: 'magic_link', name, message }, caller)),
    createMagicLinks: (guests, by) =>
      actWriting(by, guests.length, (work, caller) => createLinks(work, guests, caller)),
    createSharedLink: (name, by) =>
      act(by, (work, caller) => createLink(work, { way: 'shared_link', name }, caller)),
    endGuestLink: (id, by) => act(by, (work, caller) => endLink(work, id, caller)),
  };
}

/** Longer than any refusal takes that needs no password: by the clock, all of them look alike. */
const REFUSAL_MS = 10;

async function afterTheSameWhile<T>(
  { clock }: Pick<Identity, 'clock'>,
  ask: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const startedMs = clock.monotonicMs();
  const result = await ask();
  if (result.ok || result.error.code !== 'unauthenticated') return result;
  await waitOut(clock, startedMs, REFUSAL_MS);
  return result;
}

async function authenticate(
  identity: Identity,
  credential: Secret,
  context: CallContext,
): Promise<Result<Principal>> {
  const { storeId } = identity;
  const found = await identity.read((reading) => whoHolds({ ...reading, context, storeId }, credential));
  if (!found.ok) return found;
  if (found.value === undefined) return unauthenticated();
  const used = await noteUse(identity, found.value, context);
  // Whom a full disk keeps from being noted is known all the same.
  return used.ok || used.error.isReadable ? ok(found.value.principal) : used;
}

/** No effect, so no entry: the log would hold nothing else. */
async function noteUse(
  identity: Identity,
  { use }: Authenticated,
  { path }: CallContext,
): Promise<Result<void>> {
  if (use === undefined) return ok(undefined);
  return identity.write({ actor: 'authenticate', path }, async ({ tx, now }) => {
    await (use.of === 'version' ? tx.versions.used(use.id, now) : tx.credentials.used(use.id, now));
    return ok(undefined);
  });
}

const refresh = (identity: Identity, token: Secret, { path }: CallContext): Promise<Result<Granted>> =>
  identity.write({ actor: 'refresh', path }, async (work) => {
    const session = await shownSession({ ...work, storeId: identity.storeId }, token);
    if (!session.ok) return session;
    return session.value === undefined ? unauthenticated() : refreshSession(work, session.value.row);
  });

const revokeToken = (identity: Identity, token: Secret, by: By): Promise<Result<void>> =>
  identity.act(by, async (work) => {
    const type = parseToken(token.reveal())?.type;
    if (type === 'secret' || type === 'publishable')
      return fail(fault('conflict', 'a key cannot be revoked as a token; revoke it by its name or id'));
    const shown = await shownCredential({ ...work, storeId: identity.storeId }, token);
    if (!shown.ok || shown.value === undefined) return shown.ok ? ok(undefined) : shown;
    const { row } = shown.value;
    return endCredential(work, row, row.kind === 'session' ? 'session.ended' : 'token.revoked');
  });

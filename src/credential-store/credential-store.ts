/** Composes the port of the credential store: the use-cases of the live store, each in one transaction. */
import type { Entropy } from '../domain/entropy.js';
import { ok, type Result, unreachable } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Clock } from '../ports/clock.js';
import {
  type Caller,
  type Lease,
  type LiveStore,
  type Mutation,
  type Outcome,
  type Request,
  WRITERS,
} from '../ports/live-store.js';
import type { Sealing } from '../ports/sealing.js';
import { usageCoverage } from './accounts/coverage.js';
import { readAudit, readChanges } from './audit-queries.js';
import { mayMutate, mayRequest } from './authorization.js';
import { identityOf, openOrFill, type StoreIdentity } from './bootstrap.js';
import { checkpoint, verifyCheckpoints } from './checkpoint.js';
import { claim } from './claim.js';
import { create, manualCreate } from './create.js';
import { remove } from './delete.js';
import { dependentsOf } from './dependents.js';
import { extend } from './extend.js';
import { review } from './hygiene.js';
import { inTheNameOf } from './identity/principal-now.js';
import { endSignIns, replaceSigningKeysAtOnce, signInsOf } from './identity/sign-ins.js';
import { issue } from './issue.js';
import { acknowledge, activate, deactivate, requestRotation } from './key-operations.js';
import type { Keyring } from './keyring.js';
import { acquire, checkLease, holderOf, LEASE_TTL_MAX_MS, release, renew } from './lease.js';
import { manualRemove, manualUpdate } from './manual-update.js';
import { approvePlan, declareProject } from './plan-approvals.js';
import { fetchObjects, knownTokens, listObjects, survey } from './planner-queries.js';
import { holdApproval, holdGuard } from './project-guard.js';
import { keptProjects } from './project-settings.js';
import { promote } from './promote.js';
import { resolveReferences } from './references.js';
import { manualRevoke, revoke } from './revoke.js';
import type { Storage, Transaction } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';
import { adopt, update } from './update.js';
import { removePerson } from './users.js';
import { tokenIdOf, verify } from './verify.js';
import { verifyStore } from './verify-rows.js';

export interface Dependencies {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sealing: Sealing;
}

/**
 * Opens the store in `storage`, filling it if it is empty. `master_key` if the key does not fit.
 *
 * The clock is this process's, also where several machines share the storage: a lease taken over early by
 * a clock that is ahead is fenced by its epoch, and the stabilization window includes the clocks' difference (`lateMs`).
 */
export async function openCredentialStore(
  storage: Storage,
  world: Dependencies,
  masterKey: Secret,
): Promise<Result<LiveStore>> {
  const opened = await storage.write(async (tx) => {
    const keyring = await openOrFill(tx, { ...world, masterKey, now: world.clock.now() });
    return keyring.ok ? ok({ keyring: keyring.value, identity: await identityOf(tx) }) : keyring;
  });
  return opened.ok ? ok(assemble({ ...world, ...opened.value, storage })) : opened;
}

interface Parts extends Dependencies {
  readonly storage: Storage;
  readonly keyring: Keyring;
  readonly identity: StoreIdentity;
}

/** Uses of keys are recorded per key, not per caller. */
const VERIFIER: Caller = { actor: 'verifier', path: 'verify' };

function assemble(parts: Parts): LiveStore {
  const { clock, storage, keyring } = parts;
  const workOf = (tx: Transaction, caller: Caller): UnitOfWork => ({
    ...parts,
    tx,
    caller,
    now: clock.now(),
  });
  type Effect<T> = (work: UnitOfWork) => Promise<Result<T>>;
  const named = async <T>(work: UnitOfWork, caller: Caller, effect: Effect<T>): Promise<Result<T>> => {
    const own = await inTheNameOf(work, caller);
    return own.ok ? effect(own.value) : own;
  };
  const acting = <T>(caller: Caller, effect: Effect<T>) =>
    storage.write((tx) => named(workOf(tx, caller), caller, effect));
  /** Under the lease: an effect of a reconciler. */
  const applying = <T>(lease: Lease, caller: Caller, effect: Effect<T>) =>
    storage.write(async (tx) => {
      const held = await checkLease(tx, lease);
      return held.ok ? named({ ...workOf(tx, caller), isApply: true }, caller, effect) : held;
    });
  return {
    ...readingOf(parts),
    acquireLease: (holder, ttlMs, name = WRITERS, claim = {}) =>
      storage.write((tx) => acquire(tx, { name, holder, ttlMs, ...claim }, clock.now())),
    leaseHolder: (name = WRITERS) => storage.read(async (tx) => ok(await holderOf(tx, name, clock.now()))),
    renewLease: (lease) => storage.write((tx) => renew(tx, lease, clock.now())),
    releaseLease: (lease) => storage.write((tx) => release(tx, lease)),
    mutate: (mutation, lease, caller) =>
      applying(lease, caller, async (work) => {
        const allowed = await mayMutate(work, mutation);
        const guarded = allowed.ok ? await holdGuard(work, mutation) : allowed;
        return guarded.ok ? mutate(work, mutation) : guarded;
      }),
    request: (request, caller) =>
      acting(caller, async (work) => {
        const allowed = await mayRequest(work, request);
        const held = allowed.ok ? await holdApproval(work, request) : allowed;
        return held.ok ? perform(work, request) : held;
      }),
    claim: (object, caller) => acting(caller, (work) => claim(work, object)),
    declareProject: (settings, lease, caller) =>
      applying(lease, caller, (work) => declareProject(work, settings)),
    approve: (approval, caller) => acting(caller, (work) => approvePlan(work, approval)),
    projects: () =>
      storage.read(async (tx) => {
        const kept = await keptProjects({ tx, keyring });
        return kept.ok ? ok(kept.value.map(({ removals: _, ...settings }) => settings)) : kept;
      }),
    signIns: (of, caller) =>
      storage.read((tx) => named(workOf(tx, caller), caller, (work) => signInsOf(work, of))),
    endSignIns: (ended, caller) => acting(caller, (work) => endSignIns(work, ended)),
    replaceSigningKeys: (caller) => acting(caller, replaceSigningKeysAtOnce),
    verify: async (token, request, consumer) => {
      const id = tokenIdOf(token);
      if (!id.ok) return ok(id.error);
      const question = { token, request, consumer };
      return storage.write((tx) => verify(workOf(tx, VERIFIER), id.value, question));
    },
    verifyAudit: () => verifyStore(storage, keyring),
    checkpoint: () => checkpoint(storage, { keyring, clock, storeId: parts.identity.storeId }),
    verifyCheckpoints: (lines) =>
      verifyCheckpoints(storage, { keyring, storeId: parts.identity.storeId }, lines),
    watch: (listener) => storage.watch(listener),
    close: () => storage.close(),
  };
}

function readingOf({
  clock,
  storage,
  keyring,
  identity,
}: Parts): Pick<
  LiveStore,
  'facts' | 'survey' | 'fetch' | 'list' | 'resolve' | 'dependents' | 'review' | 'tokens' | 'audit' | 'changes'
> {
  return {
    facts: () =>
      storage.read(async (tx) => {
        const now = clock.now();
        return ok({
          storeId: identity.storeId,
          now,
          settleMs: LEASE_TTL_MAX_MS + storage.lateMs,
          // Our verify writes a use before it answers; verifiers in memory fail closed unless they report.
          usage: usageCoverage(await tx.accounting.instances(), identity.createdAt, now),
        });
      }),
    survey: () => storage.read(survey),
    fetch: (refs) => storage.read((tx) => fetchObjects(tx, keyring, refs)),
    list: (page) => storage.read((tx) => listObjects(tx, keyring, page)),
    resolve: (references) => storage.read((tx) => resolveReferences(tx, references)),
    dependents: (ref) => storage.read(async (tx) => ok(await dependentsOf(tx, ref, clock.now()))),
    review: (limits) => storage.read((tx) => review(tx, limits, clock.now())),
    tokens: (ids) => storage.read((tx) => knownTokens(tx, ids)),
    audit: (query) => storage.read((tx) => readAudit(tx, query)),
    changes: (since, limit) => storage.read((tx) => readChanges(tx, { since, limit })),
  };
}

function mutate(work: UnitOfWork, mutation: Mutation): Promise<Result<Outcome>> {
  switch (mutation.kind) {
    case 'create':
      return create(work, mutation);
    case 'update':
      return update(work, mutation);
    case 'adopt':
      return adopt(work, mutation);
    case 'delete':
      return remove(work, mutation);
    case 'issue':
      return issue(work, mutation);
    case 'promote':
      return promote(work, mutation);
    case 'extend':
      return extend(work, mutation);
    case 'revoke':
      return revoke(work, mutation);
    default:
      return unreachable(mutation);
  }
}

function perform(work: UnitOfWork, request: Request): Promise<Result<Outcome>> {
  switch (request.kind) {
    case 'requestRotation':
      return requestRotation(work, request);
    case 'revoke':
      return manualRevoke(work, request);
    case 'acknowledge':
      return acknowledge(work, request);
    case 'deactivate':
      return deactivate(work, request);
    case 'activate':
      return activate(work, request);
    case 'create':
      return manualCreate(work, request);
    case 'update':
      return manualUpdate(work, request);
    case 'remove':
      return manualRemove(work, request);
    case 'removePerson':
      return removePerson(work, request);
    default:
      return unreachable(request);
  }
}

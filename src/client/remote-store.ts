/**
 * The live store of a server on another machine: the port, call by call, over HTTP. The holder of the token is who
 * acts; what a caller says of himself goes no further than the name of a lease.
 */
import { type Fault, fault } from '../domain/errors.js';
import type { LiveSummary } from '../domain/live.js';
import { compareRefs, type ObjectRef } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import { VERSION } from '../domain/version.js';
import type { Clock } from '../ports/clock.js';
import type { LiveStore, Request } from '../ports/live-store.js';
import type { SentRequest } from '../protocol/mutations.js';
import { COVERS_MAX } from '../protocol/project-guard.js';
import { type Broken, type Found, REFS_MAX } from '../protocol/queries.js';
import { STORE, WIRE_VERSION } from '../protocol/store-protocol.js';
import { type PlainHttp, parseAddress } from './address.js';
import { watch } from './change-stream.js';
import * as restored from './decode.js';
import { foreign } from './errors.js';
import { Mutations } from './mutation-batch.js';
import { Caller } from './rpc-client.js';
import { SUMMARY_TIMEOUT_MS, survey } from './summary-stream.js';
import { type Binding, refuseUnbound } from './token-binding.js';
import { openTransport, type Transport } from './transport.js';

export interface RemoteStoreOptions {
  /** `https://keys.example.com`. */
  readonly location: string;
  /** A key, a token of a person, or the root token; undefined: none was given. */
  readonly token: Secret | undefined;
  readonly plainHttp: PlainHttp;
  /** Where the token belongs; absent: the token comes with the address. */
  readonly binding?: Binding;
  readonly clock: Clock;
}

/**
 * Asks once who is there. `usage` for an address or a token that cannot be right, `unauthenticated`, `forbidden`,
 * `store_unreachable`, or `store_foreign` for whatever is not a server of this version.
 */
export async function openRemoteStore(options: RemoteStoreOptions): Promise<Result<LiveStore>> {
  const { location, token, plainHttp, binding, clock } = options;
  const address = parseAddress(location, plainHttp);
  if (!address.ok) return address;
  const { shown } = address.value;
  if (token === undefined)
    return fail(
      fault('usage', `${shown} requires authentication: set a token in KEYWRIGHT_TOKEN or with --token`),
    );
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/.test(token.reveal()))
    return fail(fault('usage', 'the token is malformed: it contains an invalid character or is too long'));
  const bound = binding ? refuseUnbound(address.value, binding) : ok(undefined);
  if (!bound.ok) return bound;
  const transport = await openTransport({ address: address.value, token, agent: `keywright/${VERSION}` });
  const caller = new Caller(transport, clock);
  const met = await caller.call(STORE.facts, {});
  if (met.ok && met.value.wire === WIRE_VERSION) return ok(remoteStore({ transport, caller, clock }));
  transport.close();
  if (met.ok)
    return fail(
      foreign(shown, `uses protocol version ${met.value.wire}, and this client uses ${WIRE_VERSION}`),
    );
  const isNowhere = met.error.code === 'not_found' || met.error.code === 'method_not_allowed';
  return isNowhere ? fail(foreign(shown, 'does not serve a live store')) : met;
}

interface Parts {
  readonly transport: Transport;
  readonly caller: Caller;
  readonly clock: Clock;
}

function remoteStore(parts: Parts): LiveStore {
  const { transport, caller, clock } = parts;
  const mutations = new Mutations(caller);
  const watched = new Set<() => void>();
  return {
    ...readingOf(parts),
    acquireLease: (holder, ttlMs, name, claim) =>
      caller.call(STORE.acquireLease, { holder, ttlMs, ...(name !== undefined && { name }), ...claim }),
    leaseHolder: async (name) =>
      mapped(
        await caller.call(STORE.leaseHolder, name === undefined ? {} : { name }),
        (holder) => holder ?? undefined,
      ),
    renewLease: (lease) => caller.call(STORE.renewLease, { lease }),
    releaseLease: async (lease) => mapped(await caller.call(STORE.releaseLease, { lease }), () => undefined),
    mutate: (mutation, lease, acting) => mutations.mutate(mutation, lease, acting),
    request: (request, { path, isApproved, breakGlass }) =>
      caller.call(
        { ...STORE.request, again: againOf(request) },
        {
          ...{ request: sentRequest(request), path },
          ...(isApproved !== undefined && { isApproved }),
          ...(breakGlass !== undefined && { breakGlass }),
        },
      ),
    declareProject: (settings, lease, { approval, breakGlass }) =>
      caller.call(STORE.declareProject, {
        ...{ settings, lease },
        ...(approval !== undefined && { approval }),
        ...(breakGlass !== undefined && { breakGlass }),
      }),
    approve: async ({ covers, allowRemovals, ...plan }, { path }) => {
      const more = { ...plan, path, ...(allowRemovals !== undefined && { allowRemovals }) };
      for (let at = 0; at === 0 || at < covers.length; at += COVERS_MAX) {
        const part = covers.slice(at, at + COVERS_MAX);
        const approved = await caller.call(STORE.approve, { ...more, covers: part });
        if (!approved.ok) return approved;
      }
      return ok(undefined);
    },
    projects: () => caller.call(STORE.projects, {}),
    claim: async (object, { path }) => {
      const claimed = await caller.call(STORE.claim, { object, path });
      return claimed.ok ? ok(new Secret(claimed.value)) : fail(unheardClaim(claimed.error));
    },
    signIns: (of) => caller.call(STORE.signIns, of === undefined ? {} : { of: plainRef(of) }),
    endSignIns: ({ of, id }, { path }) =>
      caller.call(STORE.endSignIns, {
        path,
        ...(of !== undefined && { of: plainRef(of) }),
        ...(id !== undefined && { id }),
      }),
    replaceSigningKeys: async ({ path }) =>
      mapped(await caller.call(STORE.replaceSigningKeys, { path }), () => undefined),
    verify: async (token, request, consumer) => {
      const sent = { token: token.reveal(), request, ...(consumer !== undefined && { consumer }) };
      return mapped(await caller.call(STORE.verify, sent), restored.verification);
    },
    watch: (listener) => {
      const stop = watch({ transport, clock, listener });
      watched.add(stop);
      return () => {
        watched.delete(stop);
        stop();
      };
    },
    close: async () => {
      for (const stop of watched) stop();
      transport.close();
    },
  };
}

type Reading = Omit<
  LiveStore,
  | 'acquireLease'
  | 'leaseHolder'
  | 'renewLease'
  | 'releaseLease'
  | 'mutate'
  | 'request'
  | 'claim'
  | 'verify'
  | 'signIns'
  | 'declareProject'
  | 'approve'
  | 'projects'
  | 'endSignIns'
  | 'replaceSigningKeys'
  | 'watch'
  | 'close'
>;

function readingOf({ transport, caller }: Parts): Reading {
  return {
    facts: () => caller.call(STORE.facts, {}),
    survey: (): Promise<Result<readonly LiveSummary[]>> =>
      caller.patiently({ again: 'harmless', patienceMs: SUMMARY_TIMEOUT_MS }, () => survey(transport)),
    fetch: async (refs) => {
      const found = await inParts(refs, (part) => caller.call(STORE.fetch, { refs: part.map(plainRef) }));
      return mapped(found, (objects) =>
        objects.map(restored.liveObject).sort((a, b) => compareRefs(a.ref, b.ref)),
      );
    },
    list: async ({ kind, after, limit }) => {
      const page = { kind, limit: atMost(limit), ...(after !== undefined && { after }) };
      return mapped(await caller.call(STORE.list, page), each(restored.liveObject));
    },
    resolve: async (references) => {
      const found = await inParts(references, (part) =>
        caller.call(STORE.resolve, { references: part.map(({ kind, name }) => ({ kind, name })) }),
      );
      return mapped(
        found,
        each((one) => one ?? undefined),
      );
    },
    dependents: async (ref) =>
      mapped(await caller.call(STORE.dependents, { object: plainRef(ref) }), each(restored.dependent)),
    review: async ({ staleAfterMs, maxAgeMs }) =>
      mapped(await caller.call(STORE.review, { staleAfterMs, maxAgeMs }), restored.review),
    tokens: (ids) => inParts([...new Set(ids)].sort(), (part) => caller.call(STORE.tokens, { ids: part })),
    audit: ({ limit, ...query }) =>
      caller.call(STORE.audit, { ...query, ...(limit !== undefined && { limit: atMost(limit) }) }),
    verifyAudit: async () => unlessBroken(await caller.call(STORE.verifyAudit, {})),
    checkpoint: () => caller.call(STORE.checkpoint, {}),
    verifyCheckpoints: async (lines) => {
      const held = await inParts(lines, async (part) => {
        const found = unlessBroken(await caller.call(STORE.verifyCheckpoints, { lines: part }));
        return found.ok ? ok([found.value]) : found;
      });
      return mapped(held, (parts) => ({
        checkpoints: parts.reduce((sum, part) => sum + part.checkpoints, 0),
        seq: Math.max(0, ...parts.map(({ seq }) => seq)),
      }));
    },
    changes: (since, limit) => caller.call(STORE.changes, { since, limit: atMost(limit) }),
  };
}

const unlessBroken = <T>(found: Result<Found<T>>): Result<T> => {
  if (!found.ok) return found;
  const { value } = found;
  return isBroken(value) ? fail(fault(value.broken.code, value.broken.message)) : ok(value);
};

const isBroken = <T>(found: Found<T>): found is Broken =>
  typeof found === 'object' && found !== null && 'broken' in found;

const mapped = <A, B>(result: Result<A>, make: (value: A) => B): Result<B> =>
  result.ok ? ok(make(result.value)) : result;

const each =
  <A, B>(make: (value: A) => B) =>
  (values: readonly A[]): readonly B[] =>
    values.map((value) => make(value));

/** No store gives more at once. */
const atMost = (limit: number): number => Math.min(limit, 1_000);

/** The caller may hold more than a reference in it. */
const plainRef = ({ kind, name }: ObjectRef): ObjectRef => ({ kind, name });

/** As many at once as one request may ask for; the answers in the order of what was asked. */
async function inParts<Asked, Got>(
  asked: readonly Asked[],
  ask: (part: readonly Asked[]) => Promise<Result<readonly Got[]>>,
): Promise<Result<readonly Got[]>> {
  const answers: Got[] = [];
  for (let at = 0; at < asked.length; at += REFS_MAX) {
    const part = await ask(asked.slice(at, at + REFS_MAX));
    if (!part.ok) return part;
    for (const answer of part.value) answers.push(answer);
  }
  return ok(answers);
}

/** A state that is asked for is the same when it is asked for twice; what makes or takes away something is refused then. */
function againOf({ kind }: Request): 'harmless' | 'unwanted' {
  const isState = ['revoke', 'acknowledge', 'deactivate', 'activate', 'requestRotation'].includes(kind);
  return isState ? 'harmless' : 'unwanted';
}

const sentRequest = (request: Request): SentRequest =>
  request.kind === 'acknowledge' ? { ...request, proof: request.proof.reveal() } : request;

/** Shown once, perhaps unseen: the waiting caller has to know. */
function unheardClaim({ code, message, ...rest }: Fault): Fault {
  if (code !== 'store_unreachable') return { code, message, ...rest };
  const what =
    'The secret may have been shown and lost: claim again, and rotate the key if it was already claimed';
  return { ...rest, code, message: `${message} ${what}` };
}

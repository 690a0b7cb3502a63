/** The live-store port, for reconcilers and commands on other machines: a route for each call of wire/store.ts. */
import type { FaultCode } from '../../../domain/errors.js';
import { ok, type Result } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import type { LiveStore } from '../../../ports/live-store.js';
import type { Operation } from '../../../protocol/operation.js';
import { BROKEN, type Found } from '../../../protocol/queries.js';
import { STORE, WIRE_VERSION } from '../../../protocol/store-protocol.js';
import { type Route, respond, route } from '../../route.js';
import { dataOf } from '../../schemas.js';
import { callerOf, claimOne, mutateAll, requestOne, type StoreCall } from './effects.js';
import { storeStreams } from './streams.js';

/** What the store may say to any of them. */
const SAID: readonly FaultCode[] = ['not_found', 'conflict', 'unknown_reference'];

/** The call as a route; `answer` gets what was sent, checked. */
function carried<Sent, Got>(
  operation: Operation<Sent, Got>,
  answer: (sent: Sent, call: StoreCall) => Promise<Result<Got>>,
): Route {
  const { id, path, summary, description, permission, sent, got } = operation;
  return route({
    ...{ method: 'POST', path, id, tag: 'store', summary, body: sent, answer: dataOf(got), faults: SAID },
    ...(description !== undefined && { description }),
    ...(permission !== undefined && { permission }),
    handle: async ({ principal, body }, deps) => {
      return respond(await answer(body as Sent, { principal, deps }), (answered) => ({ data: answered }));
    },
  });
}

/** A call that the store alone answers. */
const asked = <Sent, Got>(
  operation: Operation<Sent, Got>,
  ask: (store: LiveStore, sent: Sent) => Promise<Result<Got>>,
): Route => carried(operation, (sent, { deps }) => ask(deps.store, sent));

/** What does not hold is said in full: it is the answer. */
function found<T>(result: Result<T>): Result<Found<T>> {
  if (result.ok) return result;
  const { code, message } = result.error;
  const known = BROKEN.find((one) => one === code);
  return known === undefined ? result : ok({ broken: { code: known, message } });
}

const reading: readonly Route[] = [
  asked(STORE.facts, async (store) => {
    const facts = await store.facts();
    return facts.ok ? ok({ ...facts.value, wire: WIRE_VERSION }) : facts;
  }),
  asked(STORE.fetch, (store, { refs }) => store.fetch(refs)),
  asked(STORE.list, (store, page) => store.list(page)),
  asked(STORE.resolve, async (store, { references }) => {
    const found = await store.resolve(references);
    return found.ok ? ok(found.value.map((one) => one ?? null)) : found;
  }),
  asked(STORE.projects, (store) => store.projects()),
  asked(STORE.dependents, (store, { object }) => store.dependents(object)),
  asked(STORE.review, (store, limits) => store.review(limits)),
  asked(STORE.tokens, (store, { ids }) => store.tokens(ids)),
  asked(STORE.audit, (store, query) => store.audit(query)),
  asked(STORE.verifyAudit, async (store) => found(await store.verifyAudit())),
  asked(STORE.checkpoint, (store) => store.checkpoint()),
  asked(STORE.verifyCheckpoints, async (store, { lines }) => found(await store.verifyCheckpoints(lines))),
  asked(STORE.changes, (store, { since, limit }) => store.changes(since, limit)),
];

const writing: readonly Route[] = [
  asked(STORE.acquireLease, (store, { holder, ttlMs, name, ...claim }) =>
    store.acquireLease(holder, ttlMs, name, claim),
  ),
  asked(STORE.leaseHolder, async (store, { name }) => {
    const holder = await store.leaseHolder(name);
    return holder.ok ? ok(holder.value ?? null) : holder;
  }),
  asked(STORE.renewLease, (store, { lease }) => store.renewLease(lease)),
  asked(STORE.releaseLease, async (store, { lease }) => {
    const released = await store.releaseLease(lease);
    return released.ok ? ok(null) : released;
  }),
  carried(STORE.mutate, (batch, call) => mutateAll(call, batch)),
  carried(STORE.request, (sent, call) => requestOne(call, sent)),
  carried(STORE.claim, (sent, call) => claimOne(call, sent)),
  carried(STORE.declareProject, ({ settings, lease, ...under }, { principal, deps }) =>
    deps.store.declareProject(settings, lease, { ...callerOf(principal, 'apply'), ...under }),
  ),
  carried(STORE.approve, async ({ path, ...approval }, { principal, deps }) => {
    const approved = await deps.store.approve(approval, callerOf(principal, path));
    return approved.ok ? ok(null) : approved;
  }),
  carried(STORE.signIns, ({ of }, { principal, deps }) =>
    deps.store.signIns(of, callerOf(principal, 'sessions')),
  ),
  carried(STORE.endSignIns, ({ path, ...ended }, { principal, deps }) =>
    deps.store.endSignIns(ended, callerOf(principal, path)),
  ),
  carried(STORE.replaceSigningKeys, async ({ path }, { principal, deps }) => {
    const replaced = await deps.store.replaceSigningKeys(callerOf(principal, path));
    return replaced.ok ? ok(null) : replaced;
  }),
  asked(STORE.verify, (store, { token, request, consumer }) =>
    store.verify(new Secret(token), request, consumer),
  ),
];

export const storeRoutes: readonly Route[] = [...reading, ...storeStreams, ...writing];

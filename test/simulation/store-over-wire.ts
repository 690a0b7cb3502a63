/** The live store as a process reaches it: every call over the wire, and an answer that is lost is a fault. */
import { fault } from '../../src/domain/errors.js';
import { fail, type Result } from '../../src/domain/result.js';
import type { LiveStore, Mutation, Request } from '../../src/ports/live-store.js';
import type { Wire } from './wire.js';

export function storeOverWire(store: LiveStore, wire: Wire): LiveStore {
  const carry = <T>(operation: string, effect: () => Promise<Result<T>>): Promise<Result<T>> =>
    wire.carry<Result<T>>({ operation, effect, unheard: UNREACHABLE, refused: UNREACHABLE });
  return {
    facts: () => carry('facts', () => store.facts()),
    survey: () => carry('survey', () => store.survey()),
    fetch: (refs) => carry('fetch', () => store.fetch(refs)),
    list: (page) => carry('list', () => store.list(page)),
    review: (limits) => carry('review', () => store.review(limits)),
    dependents: (ref) => carry('dependents', () => store.dependents(ref)),
    resolve: (references) => carry('resolve', () => store.resolve(references)),
    tokens: (ids) => carry('tokens', () => store.tokens(ids)),
    acquireLease: (holder, ttlMs, name) => carry('acquire', () => store.acquireLease(holder, ttlMs, name)),
    leaseHolder: (name) => store.leaseHolder(name),
    renewLease: (lease) => carry('renew', () => store.renewLease(lease)),
    releaseLease: (lease) => carry('release', () => store.releaseLease(lease)),
    mutate: (mutation, lease, caller) =>
      carry(`${mutation.kind} ${nameOf(mutation)}`, () => store.mutate(mutation, lease, caller)),
    request: (request, caller) =>
      carry(`${request.kind} ${nameOf(request)} by hand`, () => store.request(request, caller)),
    claim: (object, caller) => carry(`claim ${object.name}`, () => store.claim(object, caller)),
    declareProject: (settings, lease, caller) =>
      carry('declare project', () => store.declareProject(settings, lease, caller)),
    approve: (approval, caller) => carry('approve', () => store.approve(approval, caller)),
    projects: () => carry('projects', () => store.projects()),
    signIns: (of, caller) => carry('sign-ins', () => store.signIns(of, caller)),
    endSignIns: (ended, caller) => carry('end sign-ins', () => store.endSignIns(ended, caller)),
    replaceSigningKeys: (caller) => carry('replace signing keys', () => store.replaceSigningKeys(caller)),
    verify: (token, request, consumer) => carry('verify', () => store.verify(token, request, consumer)),
    audit: (query) => carry('audit', () => store.audit(query)),
    verifyAudit: () => carry('verify-audit', () => store.verifyAudit()),
    checkpoint: () => carry('checkpoint', () => store.checkpoint()),
    verifyCheckpoints: (lines) => carry('verify-checkpoints', () => store.verifyCheckpoints(lines)),
    changes: (since, limit) => carry('changes', () => store.changes(since, limit)),
    watch: (listener) => store.watch(listener),
    close: () => store.close(),
  };
}

const nameOf = (asked: Mutation | Request): string =>
  'declaration' in asked ? asked.declaration.metadata.name : asked.object.name;

const UNREACHABLE = fail(fault('store_unreachable', 'the store did not answer'));

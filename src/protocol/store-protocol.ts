/**
 * The live-store port over HTTP: the table that the routes and the client are made from. Streams (the survey, the signal
 * of changes) are no calls; their routes describe them.
 */
import type { LiveSummary } from '../domain/live.js';
import * as leases from './leases.js';
import * as writing from './mutations.js';
import type { Operation } from './operation.js';
import * as guard from './project-guard.js';
import * as reading from './queries.js';
import * as signing from './sign-ins.js';

/** What an older client would misread gets another number. */
export const WIRE_VERSION = 1;

export const SUMMARIES_PATH = '/store/survey';
export const WATCH_PATH = '/store/watch';

/** A line of the survey; the last one says how many there were, so that half a survey is not taken for all. */
export type SummaryText = readonly LiveSummary[] | { readonly count: number };

export const STORE = {
  facts: reading.facts,
  fetch: reading.fetch,
  list: reading.list,
  resolve: reading.resolve,
  dependents: reading.dependents,
  review: reading.review,
  tokens: reading.tokens,
  audit: reading.audit,
  verifyAudit: reading.verifyAudit,
  checkpoint: reading.checkpoint,
  verifyCheckpoints: reading.verifyCheckpoints,
  changes: reading.changes,
  acquireLease: leases.acquireLease,
  leaseHolder: leases.leaseHolder,
  renewLease: leases.renewLease,
  releaseLease: leases.releaseLease,
  mutate: writing.mutate,
  request: writing.request,
  claim: writing.claim,
  verify: writing.verify,
  declareProject: guard.declareProject,
  approve: guard.approve,
  projects: guard.projects,
  signIns: signing.signIns,
  endSignIns: signing.endSignIns,
  replaceSigningKeys: signing.replaceSigningKeys,
} as const satisfies Readonly<Record<string, Operation<never, unknown>>>;

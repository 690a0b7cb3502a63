/**
 * The closed set of expected errors. Each has a stable code that scripts may match on, a message for
 * people that says what happened, why and what to do, and never secret material.
 */

/** Every code with the sentence that documents it; `docs/reference/errors.md` is derived from this table. */
export const FAULTS = {
  usage: 'The command line is wrong: an unknown flag, a missing argument or an unusable value.',
  invalid_documents: 'The documents have errors; each is listed with file, line and column.',
  no_project: 'There is no keywright.yaml here and no --store was given.',
  source_unavailable:
    'The branch that documents come from cannot be fetched, or the app that declares them failed.',
  store_unreachable: 'The live store cannot be opened or does not answer.',
  store_absent: 'The live store does not exist yet; the first apply makes it.',
  store_foreign: 'The folder or database holds something that is not a store of this version.',
  store_tampered: 'A row does not match its MAC: somebody changed the database behind the store.',
  master_key: 'The master key is missing, malformed or not the one this store was made with.',
  locked: 'Another apply holds the lease of this store.',
  lease_lost: 'The lease ended or was taken over while writing; nothing more was written.',
  stale_plan: 'The documents or the live store changed after the plan was made.',
  moved: 'The object changed between planning and writing; plan again.',
  refused: 'A guard refused the plan or part of it.',
  approval_required: 'The plan touches an environment that requires approval.',
  not_found: 'There is no such object.',
  ambiguous: 'More than one object has this name; add the kind.',
  exists: 'An object of this kind and name exists already.',
  conflict: 'The request contradicts the state of the object.',
  in_use: 'Other live objects still depend on this one.',
  unknown_reference: 'A field names an object that is neither declared nor live.',
  too_many_versions: 'As many versions of the key are accepted as may be; hand one over first.',
  sealed_to_another: 'The undelivered secret is sealed to another reconciler.',
  already_claimed: 'The secret was shown before and is not kept.',
  nothing_to_claim: 'The key is delivered to sinks, so there is nothing to claim.',
  not_confirmed: 'Not every declared sink is confirmed to hold the version.',
  possession_required: 'The acknowledgement does not prove possession of the newest version.',
  sink_refused: 'The sink path is unsafe or outside the working folder.',
  sink_unavailable: 'The sink cannot be read or written.',
  sink_moved: 'The sink holds something else than the plan saw.',
  sink_unsupported: 'This build has no adapter for that kind of sink.',
  audit_broken: 'The audit chain does not hold.',
  unauthenticated: 'The request carries no credential that is accepted.',
  forbidden: 'The caller is known, and may not do this.',
  upgrade_required: 'The plan of the account does not include access by API; its owner can change that.',
  bad_request: 'The request is malformed, or has a field that is wrong or unknown.',
  too_large: 'The request is larger or more deeply nested than is allowed.',
  unsupported_media_type: 'The body is in a format, character set or encoding that this route does not read.',
  method_not_allowed: 'The path is right and takes other methods.',
  rate_limited: 'Too many requests; go on after the time in Retry-After.',
  overloaded: 'The server has more to do than it can; try again after the time in Retry-After.',
  interrupted: 'The run was interrupted before this was done.',
  internal: 'A bug in Keywright.',
} as const;

export type FaultCode = keyof typeof FAULTS;

/** An expected failure. `cause` is for logs and never shown. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  /** Of `rate_limited`: it is of no use to try again before. */
  readonly retryAfterMs?: number;
  /** Of `store_unreachable`: only writing fails, for everybody: its disk is full, or it is read-only. */
  readonly isReadable?: true;
  readonly cause?: unknown;
}

export const fault = (code: FaultCode, message: string, cause?: unknown): Fault =>
  cause === undefined ? { code, message } : { code, message, cause };

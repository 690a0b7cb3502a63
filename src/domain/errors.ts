/**
 * The closed set of expected errors. Each has a stable code that scripts may match on, a message for
 * people that says what happened, why and what to do, and never secret material.
 */

/** Every code with the sentence that documents it; `docs/reference/errors.md` is derived from this table. */
export const FAULTS = {
  usage: 'The command line is invalid: an unknown flag, a missing argument or an invalid value.',
  invalid_documents: 'The documents have errors; each is listed with file, line and column.',
  no_project: 'There is no keywright.yaml in the folder, and --store was not given.',
  source_unavailable:
    'The branch that documents come from cannot be fetched, or the app that declares them failed.',
  store_unreachable: 'The live store cannot be opened or does not respond.',
  store_absent: 'The live store does not exist yet; the first apply creates it.',
  store_foreign: 'The folder or database does not contain a store of this version.',
  store_tampered: 'A row does not match its MAC: the database was changed outside Keywright.',
  master_key: 'The master key is missing, malformed, or not the one this store was created with.',
  locked: 'Another apply holds the lease of this store.',
  lease_lost: 'The lease ended or was taken over while writing; nothing more was written.',
  stale_plan: 'The documents or the live store changed after the plan was made.',
  moved: 'The object changed between planning and writing; plan again.',
  refused: 'A guard refused the plan or part of it.',
  approval_required: 'The plan touches an environment that requires approval.',
  not_found: 'The object does not exist.',
  ambiguous: 'More than one object has this name; add the kind.',
  exists: 'An object of this kind and name already exists.',
  conflict: 'The request conflicts with the state of the object.',
  in_use: 'Other live objects still depend on this one.',
  unknown_reference: 'A field refers to an object that is neither declared nor live.',
  too_many_versions: 'The key has the maximum number of accepted versions; hand one over first.',
  sealed_to_another: 'The undelivered secret is sealed to another reconciler.',
  already_claimed: 'The secret was already shown and is not kept.',
  nothing_to_claim: 'The key is delivered to sinks, so there is nothing to claim.',
  not_confirmed: 'Not every declared sink is confirmed to hold the version.',
  possession_required: 'The acknowledgement does not prove possession of the newest version.',
  sink_refused: 'The sink path is unsafe or outside the working folder.',
  sink_unavailable: 'The sink cannot be read or written.',
  sink_moved: 'The value in the sink changed after the plan was made.',
  sink_forbidden: 'The credential of the connection is missing rights at the sink, or is not accepted.',
  sink_unsupported: 'This version does not support this type of sink.',
  audit_broken: 'The audit chain is broken.',
  unauthenticated: 'The request has no valid credential.',
  forbidden: 'The caller is authenticated, and not allowed to do this.',
  upgrade_required: 'The plan of the account does not include API access; an owner can change the plan.',
  bad_request: 'The request is malformed, or a field is invalid or unknown.',
  too_large: 'The request is larger or more deeply nested than allowed.',
  unsupported_media_type:
    'The body has a format, character set or encoding that this route does not support.',
  method_not_allowed: 'The path exists, but does not support this method.',
  rate_limited: 'Too many requests; try again after the time in Retry-After.',
  overloaded: 'The server is overloaded; try again after the time in Retry-After.',
  interrupted: 'The run was interrupted before this was done.',
  internal: 'A bug in Keywright.',
} as const;

/** Names an expected failure; docs/reference/errors.md explains each code. */
export type FaultCode = keyof typeof FAULTS;

/** An expected failure. `cause` is for logs and never shown. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  /** Of `rate_limited`, and of `sink_unavailable` where the service said so: it is of no use to try again before. */
  readonly retryAfterMs?: number;
  /** Of `store_unreachable`: only writing fails, for every caller: its disk is full, or it is read-only. */
  readonly isReadable?: true;
  readonly cause?: unknown;
}

export const fault = (code: FaultCode, message: string, cause?: unknown): Fault =>
  cause === undefined ? { code, message } : { code, message, cause };

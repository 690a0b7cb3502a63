/**
 * Every reason code, with the sentence that documents it. The same codes in every surface; the reference
 * page `docs/reference/reasons.md` is derived from these tables. Checks are named for the failure.
 */

/** Why a step is there. */
export const STEP_REASONS = {
  NotFound: 'It is declared, and no live object has that kind and name.',
  DeclarationChanged: 'The declaration differs from the live object.',
  Renamed: 'It is live under the name in keywright.dev/previous-name and is renamed to the declared one.',
  ReplacementForced: 'A field changed that cannot change on an existing object, so the object is replaced.',
  OwnerReplaced:
    'The user who owned the key was removed and the declared owner is another, so the key is replaced.',
  Unmanaged: 'It is declared and live, and no project manages it yet.',
  UnmanagedAdopted:
    'It is live, no project declares it, and spec.unmanaged is adopt: its document is written and it is adopted without changes.',
  UnmanagedRemoved: 'It is live, no project declares it, and spec.unmanaged is remove.',
  NotDeclared: 'This project manages it, and its document was removed.',
  NoCurrentVersion: 'The key has no accepted version: it is new, or all were revoked.',
  Undelivered: 'A version was issued and not yet delivered to every sink; the rollout resumes.',
  EnvelopeLost:
    'The newest version was never promoted and its secret can no longer be recovered, so another version is issued.',
  SinkMissing: 'A declared sink does not hold the current version, whose plaintext is not kept.',
  SinkDiffers: 'A declared sink holds a value other than the current version.',
  SinkChanged:
    'A declared sink that shows no values was changed since Keywright wrote it, so it may hold something else.',
  SinkWentBack:
    'A declared sink that cannot compare before it writes holds an older version again: a late write undid the delivery.',
  ConnectionChanged:
    'A declared sink does not hold the current version: its Connection leads to another address than when it was delivered.',
  RotationDue: 'The current version is as old as the declaration allows, or close to its expiry.',
  RotationRequested: 'A rotation was requested.',
  ExpiryExceedsDeclaration: 'The current version expires later than the declaration allows now.',
  ExpiryExtended: 'The declaration allows a later expiry now, so the current version is extended.',
  HandedOver: 'The hand-over to the newer version is proven, so the older one ends.',
  DeadlinePassed: 'The declared deadline of the hand-over has passed without proof.',
  DeclaredEndPassed: 'The declared expiry has passed, and a version would be accepted beyond it.',
  RemovedKeyEnded: 'A removed key is no longer accepted, and a sink of this folder still holds its secret.',
  RefreshDue:
    'The current version was promoted, and what reads it only at the start has not been started again yet.',
  PredecessorExpired: 'A replaced version has expired, and is closed.',
} as const;
export type StepReason = keyof typeof STEP_REASONS;

/** What is being waited for. */
export const WAITING_REASONS = {
  Settling:
    'The stabilization window is running: another reconciler could still be writing. Use of the new version counts after it.',
  OverlapRunning: 'Both versions stay accepted for at least the overlap.',
  SuccessorUnused: 'The new version has not been used since the stabilization window ended.',
  ConsumersUnseen: 'Named consumers have not been seen with the new version.',
  PredecessorInUse: 'An older version was used within the quiet time.',
  UsageUnknown:
    'Usage is not recorded for the whole quiet time, so it does not prove that older versions are unused.',
  Unacknowledged: 'The hand-over has not been confirmed yet. To confirm it, run: keywright acknowledge.',
  Unclaimed: 'The secret is kept sealed until it is claimed once: keywright claim.',
  SinkUnknown: 'A sink cannot be read from here, so it counts neither as delivered nor as missing.',
  SinkElsewhere:
    'A step is due for a key that was delivered on another machine or in another folder. Apply there, or use --redeliver-here.',
  DependentsRemain: 'Other live objects still need it.',
  TooManyVersions:
    'Four versions are accepted already, or five after the newest was lost; one must be handed over before the next is issued.',
  Suspended: 'Reconciliation is paused by the annotation keywright.dev/suspend-until.',
  NeedsRename: 'It refers to an object by a new name, and that rename was refused.',
  Expired: 'The key has expired and declares no rotation, so no new version is issued.',
} as const;
export type WaitingReason = keyof typeof WAITING_REASONS;

/** What a guard says about a plan. */
export const FINDINGS = {
  RemovalGuard: 'The plan would remove more objects than the project allows in one run.',
  EmptiedConfiguration: 'The documents declare nothing while the project has live objects.',
  ProtectedObject: 'An object with keywright.dev/protect would be removed or replaced.',
  UnmanagedObject: 'A live object is not declared by any project; spec.unmanaged decides what happens to it.',
  RenameRefused:
    'keywright.dev/previous-name cannot be followed: that object is still declared, belongs to another project, or is claimed twice.',
  NothingSelected: 'No object, declared or live, has the labels of --select.',
  NotRenamed:
    'keywright.dev/previous-name has no effect: nothing of that name is live, the object is live already, or a field changed that requires a new object.',
  OwnedByAnotherProject: 'The object belongs to another project or manager.',
  ReplacementForced:
    'A key in production is replaced, because a field changed that cannot be changed in place. The message says who still uses it.',
  Quarantined:
    'A sink holds a token of another live key, or one that this store does not know, for example after restoring a backup. The key is not changed.',
  DeactivatedManually:
    'The key was deactivated manually (emergency stop). Keywright reports it and never activates it.',
  TimedHandover:
    'A production key uses handover: timed, so a consumer that still uses the old version fails when it ends.',
  ManyExpiries:
    'Unusually many keys expired or reached their declared end at once, which can mean that a clock is wrong. No new versions are issued for them and none is closed.',
  SinkTakenOver:
    'A declared sink holds a value that is not of this key and that no live key needs; it is replaced.',
  ConnectionChanged:
    'The Connection of a sink leads to another address than when the key was delivered; what was delivered to the former one stays there.',
  SinkCannotCompare:
    'A sink of the key cannot compare before it writes, so the write of another program can be lost or a late one can undo a delivery. The stabilization window is longer, and the sink is read before and after older versions end.',
  SinkUnverifiable:
    'A sink of the key cannot be read back, so what Keywright recorded is the only receipt. In production nothing is issued or delivered unless the entry of deliver says unverified: true.',
  TooFewAdministrators:
    'The plan would leave fewer active administrators than the project requires, or no active owner.',
  PersonalKeysEnd: 'A user is removed, and their personal keys end with them.',
  OwnerDeactivated:
    'The user who owns a key is deactivated, so the key is not accepted until they are active again.',
  GuestExpired: 'The access of a guest has expired and cannot be renewed; remove the document.',
  NameLint:
    'The name of a key or service is the name of a person, contains an address, or looks like a secret (policy.naming).',
  KeyTiedToPerson: 'A key belongs to a user and ends with them; the message lists its consumers and sinks.',
  KeyNeverUsed: 'A key has not been used since it was issued, for longer than policy.staleAfter.',
  KeyStale: 'A key has not been used for longer than policy.staleAfter.',
  VersionTooOld: 'A version is older than policy.maxAge and still accepted.',
  ExpiresWithoutRotation: 'A key is about to expire and declares no rotation.',
  AddressTaken:
    'A user or guest would take an address that another one has and keeps, or releases only afterwards, as in an exchange.',
  ExpiresInPast:
    'A key that does not exist yet declares an end that has passed, so it would never have a version; it is not created.',
  KeyExpired:
    'The key has expired and declares no rotation. A later expiry does not revive a version that has ended.',
} as const;
export type FindingCode = keyof typeof FINDINGS;

/** What time alone brings (`plan --at`). */
export const FORECASTS = {
  rotates: 'The current version becomes due for rotation.',
  expires: 'A version reaches its expiry and is no longer accepted, unless it is rotated before.',
  lapses: 'A key reaches its end and declares no rotation, or the access of a guest expires.',
  ends: 'A version is no longer accepted, because of a scheduled revocation or the deadline of a hand-over.',
  continues: 'The wait ends, and the next plan continues.',
} as const;
export type ForecastEvent = keyof typeof FORECASTS;

/** Why a controller leaves a step undone that a plan calls for. */
export const HOLD_BACK_REASONS = {
  ApprovalRequired:
    'Its environment requires approval, which a controller never gives. Run keywright apply --approve DIGEST.',
  ChangedManually:
    'It would undo a change made outside the documents, which run --drift report only reports. Use keywright apply, or run --drift heal.',
  ManualAdoptionRequired:
    'Its document must be written and committed. Run keywright apply in the working folder.',
  DocumentsChanging:
    'Its document was removed a moment ago; the object is removed once the documents have not changed for two seconds.',
} as const;
export type HoldBackReason = keyof typeof HOLD_BACK_REASONS;

/** Codes of the previous release and what they are called now; documented for one release. */
export const RENAMED_CODES = {
  PlaceTakenOver: 'SinkTakenOver',
  DeactivatedByHand: 'DeactivatedManually',
  GuestLapsed: 'GuestExpired',
  Lapsed: 'Expired',
  ChangedByHand: 'ChangedManually',
  AdoptionByHand: 'ManualAdoptionRequired',
  DocumentsUnsettled: 'DocumentsChanging',
} as const satisfies Readonly<Record<string, FindingCode | WaitingReason | HoldBackReason>>;

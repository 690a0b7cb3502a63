/**
 * Every reason code, with the sentence that documents it. The same codes in every surface; the reference
 * page `docs/reference/reasons.md` is derived from these tables. Checks are named for the failure.
 */

/** Why a step is there. */
export const STEP_REASONS = {
  NotFound: 'It is declared and there is no live object of that kind and name.',
  DeclarationChanged: 'The declaration differs from the live object.',
  Renamed: 'It is live under the name in keywright.dev/previous-name and goes on under the declared one.',
  ReplacementForced: 'A field changed that an object cannot change: a new one takes its place.',
  OwnerReplaced:
    'The person the key belonged to was removed, and its owner as declared is another: a new key takes its place.',
  Unmanaged: 'It is declared and live, and no project had taken charge of it.',
  UnmanagedAdopted:
    'It is live, no project declares it, and spec.unmanaged is adopt: its document is written and it is taken over as it is.',
  UnmanagedRemoved: 'It is live, no project declares it, and spec.unmanaged is remove.',
  NotDeclared: 'This project made it and its declaration was taken away.',
  NoCurrentVersion: 'The key has no accepted version: it is new, or all were revoked.',
  Undelivered: 'A version was issued and not yet delivered everywhere; the rollout resumes.',
  EnvelopeLost:
    'The newest version was never promoted and its secret can no longer be had, so a next one is issued.',
  SinkMissing: 'A declared sink does not hold the current version, whose plaintext is gone by design.',
  SinkDiffers: 'A declared sink holds something else than the current version.',
  RotationDue: 'The current version is as old as the declaration allows, or close to its expiry.',
  RotationRequested: 'Somebody asked for a rotation.',
  ExpiryExceedsDeclaration: 'The current version would live longer than the declaration allows now.',
  HandedOver: 'The hand-over to the newer version is proven, so the older one ends.',
  DeadlinePassed: 'The declared deadline of the hand-over has passed without proof.',
  DeclaredEndPassed: 'The end that is declared now has passed, and a version would outlive it.',
  PredecessorExpired: 'A version that was replaced has expired; it is closed for good.',
} as const;
export type StepReason = keyof typeof STEP_REASONS;

/** What is being waited for. */
export const WAITING_REASONS = {
  Settling: 'A stale reconciler could still write; evidence counts from the settle on.',
  OverlapRunning: 'Both versions stay accepted for at least the overlap.',
  SuccessorUnused: 'The new version has not been used since the settle.',
  ConsumersUnseen: 'Named consumers have not been seen with the new version.',
  PredecessorInUse: 'An older version was used within the quiet time.',
  UsageUnknown: 'Use is not known for the whole quiet time, and silence without telemetry proves nothing.',
  Unacknowledged: 'Nobody has confirmed the hand-over yet: keywright acknowledge.',
  Unclaimed: 'The secret waits, sealed, to be claimed once: keywright claim.',
  SinkUnknown: 'A sink cannot be read from here, so it counts neither as delivered nor as missing.',
  DependentsRemain: 'Other live objects still need it.',
  TooManyVersions:
    'Four versions are accepted already, or five after the newest was lost; one must be handed over before the next.',
  Suspended: 'Reconciliation is paused by the annotation keywright.dev/suspend-until.',
  NeedsRename: 'It names an object by the name of a rename that is refused.',
  Lapsed: 'The key has expired and declares no rotation, so no new version is issued.',
} as const;
export type WaitingReason = keyof typeof WAITING_REASONS;

/** What a guard says about a plan. */
export const FINDINGS = {
  RemovalGuard: 'The plan would remove more objects than the project allows in one run.',
  EmptiedConfiguration: 'The documents declare nothing while the project has live objects.',
  ProtectedObject: 'An object with keywright.dev/protect would be removed or replaced.',
  UnmanagedObject: 'A live object that no project declares; spec.unmanaged says what happens to such.',
  RenameRefused:
    'An object says by keywright.dev/previous-name what it was called, and that cannot be: the other is still declared, belongs to somebody else, or is claimed twice.',
  NotRenamed:
    'keywright.dev/previous-name has no effect: the object is live already, or a field changed that makes it another one.',
  OwnedByAnotherProject: 'The object belongs to another project or manager.',
  Quarantined:
    'A sink holds a token of another live key, or one that this store does not know, as after restoring a backup; nothing is done to the key.',
  DeactivatedByHand:
    'The key was deactivated by hand: an emergency stop, which is reported and never undone.',
  TimedHandover:
    'In production the hand-over goes by time alone: a consumer that still holds the old version breaks.',
  ManyExpiries:
    'Unusually many keys expired or came to their declared end at once, as when a clock is wrong; nothing is issued for them or closed.',
  PlaceTakenOver:
    'A declared sink holds something that is not of this key and that no live key needs; the declaration wins and it is replaced.',
  TooFewAdministrators:
    'The plan would leave fewer active administrators than the project asks for, or no active owner.',
  PersonalKeysEnd: 'A person is removed, and the keys that are theirs die with them.',
  OwnerDeactivated:
    'The person a key belongs to is deactivated, so it works for nobody until they are active again.',
  GuestLapsed: 'The time of a guest is over for good; the document is left to be taken away.',
  NameLint:
    'The name of a key or service is a person’s, holds an address, or looks like a secret (policy.naming).',
  KeyTiedToPerson: 'A key belongs to a person and dies with them; told with what would miss it.',
  KeyNeverUsed: 'A key has not been used since it was issued, for longer than policy.staleAfter.',
  KeyStale: 'A key has not been used for longer than policy.staleAfter.',
  VersionTooOld: 'A version is older than policy.maxAge and accepted still.',
  ExpiresWithoutRotation: 'A key is about to expire, and nothing declares that another version follows.',
  KeyExpired: 'The key has expired and declares no rotation: declare one, or take the document away.',
} as const;
export type FindingCode = keyof typeof FINDINGS;

/** What time alone brings (`plan --at`). */
export const FORECASTS = {
  rotates: 'The current version becomes due to be replaced.',
  expires: 'A version reaches its expiry and is refused from then on, unless it is replaced before.',
  lapses:
    'The key comes to its end, and nothing declares that another version follows; or the time of a guest is over.',
  ends: 'A version is refused from then on, by a revocation set ahead or by the deadline of a hand-over.',
  continues: 'What is waited for has come, and the next plan goes on from there.',
} as const;
export type ForecastEvent = keyof typeof FORECASTS;

/** Why a controller leaves a step undone that a plan calls for. */
export const HOLD_BACK_REASONS = {
  ApprovalRequired:
    'Its environment requires approval, which a controller never gives: keywright apply --approve DIGEST.',
  ChangedByHand:
    'It would undo what somebody did by hand, which run --drift report only reports: keywright apply, or run --drift heal.',
  AdoptionByHand:
    'Its document has to be written and committed, so it is taken over by hand: keywright apply in the working folder.',
  DocumentsUnsettled:
    'Its declaration was taken away a moment ago; it is removed once the documents have rested for two seconds.',
} as const;
export type HoldBackReason = keyof typeof HOLD_BACK_REASONS;

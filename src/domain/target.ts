/** What an action is done to, as far as it decides who may: the words of `authorize` (access.ts). */

/** A space, or one workbook of it. */
export interface Place {
  readonly environment: string;
  readonly space: { readonly name: string; readonly id: string };
  /** Absent: the space itself is asked for, with all that is in it. */
  readonly workbook?: string;
}

/** Whose a key is, as far as it decides who may touch it. */
export type KeyLevel =
  | { readonly level: 'tenant' | 'service' }
  | { readonly level: 'team'; readonly team: string }
  /** By the person's id: `us_usr_…`. */
  | { readonly level: 'personal'; readonly personId: string };

export type Target =
  /** What belongs to no environment: services, the log, roles as a list. */
  | { readonly kind: 'account' }
  /** What is in an environment, and the environment itself. */
  | { readonly kind: 'environment'; readonly environment: string }
  | { readonly kind: 'place'; readonly place: Place }
  /** A space as it is arranged, which workbooks it has: guests work on what is in them, and arrange nothing. */
  | { readonly kind: 'arrangement'; readonly place: Place }
  /** `confers`: what the key may do when this is done; absent where nothing about that changes. */
  | {
      readonly kind: 'key';
      readonly environment: string;
      readonly owner: KeyLevel;
      readonly confers?: readonly string[];
    }
  | { readonly kind: 'team'; readonly team: string; readonly confers?: readonly string[] }
  /** `isOwner`: they are an owner of the account, or would be. `memberships`: what they may do in teams, which is conferred too. */
  | {
      readonly kind: 'person';
      readonly isOwner: boolean;
      readonly confers?: readonly string[];
      readonly memberships?: readonly { readonly team: string; readonly permissions: readonly string[] }[];
    }
  | { readonly kind: 'role'; readonly confers?: readonly string[] }
  /** `id` undefined: a new one. `places`: what they would be given access to. `confers`: what they may do there. */
  | {
      readonly kind: 'guest';
      readonly environment: string;
      readonly id?: string | undefined;
      readonly places?: readonly Place[];
      readonly confers?: readonly string[];
    }
  /** What owners keep to themselves: the plan, the keys that access tokens are signed with. */
  | { readonly kind: 'owners' };

/** Who may change an object by an apply; `person`: that depends on who is meant. */
export type Reserved = 'owners' | 'administrators' | { readonly person: string };

/**
 * Guests as callers of a server make, change and remove them; what is open to them is said by ids. Every method has
 * asked `authorize`, and answers `forbidden`. `unknown_reference` for a space or workbook that does not exist.
 */
import type { ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { By } from './identity.js';

export interface GuestPlace {
  readonly spaceId: string;
  /** Absent: the whole space. None: nothing of it. */
  readonly workbookIds?: readonly string[];
}

export interface NewGuest {
  /** By name. */
  readonly environment: string;
  readonly email: string;
  readonly name?: string;
  readonly places: readonly GuestPlace[];
}

export interface GuestChange {
  readonly guest: ObjectRef;
  readonly name?: string | undefined;
  /** All that is open to them from now on. */
  readonly places?: readonly GuestPlace[] | undefined;
}

export interface GuestPlaceChange {
  readonly guest: ObjectRef;
  /** Of a space, `us_sp_…`, or a workbook, `us_wb_…`. */
  readonly placeId: string;
}

export interface Guests {
  /** All of them or none. `exists` for an address that is a guest of the environment already. */
  create(guests: readonly NewGuest[], by: By): Promise<Result<readonly ObjectRef[]>>;
  /** `not_found`; `conflict` for an expired guest. */
  change(change: GuestChange, by: By): Promise<Result<void>>;
  /** One space or workbook more. `conflict` for a workbook of a space that is open to them as a whole. */
  open(place: GuestPlaceChange, by: By): Promise<Result<void>>;
  /** One less. `not_found` for what is not open to them as such. */
  close(place: GuestPlaceChange, by: By): Promise<Result<void>>;
  /** From one space, or altogether. `not_found`. */
  remove(
    from: { readonly guest: ObjectRef; readonly spaceId?: string | undefined },
    by: By,
  ): Promise<Result<void>>;
}

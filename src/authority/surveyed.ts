/** A line of the survey, whose facts are made when they are asked for: of a fleet, most never are. */
import type { Delivery, LiveSummary, Origin, Ownership } from '../domain/live.js';
import { markOf, type ObjectRef } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import { deliveriesOf } from './deliveries.js';
import { ownershipOf, refOfRow, summaryOf } from './rows.js';
import type { SurveyRow } from './storage-port.js';

export class Surveyed implements LiveSummary {
  readonly #row: SurveyRow;
  /** Kept once asked for: places are looked up by them, again and again. */
  #deliveries: readonly Delivery[] | undefined;

  readonly ownership: Ownership | undefined;

  /** Most objects have the owner of their neighbour in the survey, whose value is then shared. */
  constructor(row: SurveyRow, neighbour: Ownership | undefined) {
    this.#row = row;
    const { project, manager } = row;
    const isAlike = neighbour?.project === project && neighbour.manager === manager;
    this.ownership = isAlike ? neighbour : ownershipOf({ project, manager });
  }

  get mark(): string {
    return this.#row.mark ?? markOf(this.ref, this.digest);
  }

  get ref(): ObjectRef {
    return refOfRow(this.#row);
  }

  get digest(): string {
    return this.#row.digest;
  }

  get origin(): Origin {
    return this.#row.origin as Origin;
  }

  get revision(): number {
    return this.#row.revision;
  }

  get quietUntil(): Instant {
    return this.#row.quiet_until;
  }

  get deliveries(): readonly Delivery[] {
    this.#deliveries ??= deliveriesOf(this.#row.deliveries);
    return this.#deliveries;
  }

  /** As on the wire, and for whoever prints or compares it. */
  toJSON(): LiveSummary {
    return summaryOf(this.#row);
  }
}

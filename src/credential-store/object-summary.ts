/** A line of the survey, whose facts are cut out when they are asked for: of a fleet, most never are. */
import { cellOf, cellsUpTo, TAB } from '../domain/lines.js';
import type { Delivery, LiveSummary, Origin, Ownership } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import { deliveriesOf } from './deliveries.js';
import { ownershipOf, refOfRow } from './rows.js';
import { BrokenRow } from './storage-port/broken-row.js';
import type { ObjectLine } from './storage-port.js';

export class SummaryLine implements LiveSummary {
  readonly ownership: Ownership | undefined;
  readonly #line: ObjectLine;

  constructor(line: ObjectLine, ownership: Ownership | undefined) {
    this.#line = line;
    this.ownership = ownership;
  }

  get mark(): string {
    return cellsUpTo(this.#line, 3);
  }

  get stamp(): string {
    return cellsUpTo(this.#line, 4);
  }

  get ref(): ObjectRef {
    return refOfRow({ kind: cellOf(this.#line, 0), name: cellOf(this.#line, 1) });
  }

  get digest(): string {
    return cellOf(this.#line, 2);
  }

  get revision(): number {
    return Number(cellOf(this.#line, 3));
  }

  get quietUntil(): Instant {
    return Number(cellOf(this.#line, 4));
  }

  get origin(): Origin {
    return cellOf(this.#line, 5) as Origin;
  }

  get deliveries(): readonly Delivery[] {
    try {
      return deliveriesOf(cellOf(this.#line, 6));
    } catch (error) {
      // Of a broken row nothing is confirmed; a caller that needs to know more fetches it, and is refused.
      if (error instanceof BrokenRow) return [];
      throw error;
    }
  }

  /** As on the wire, and for output and comparison. */
  toJSON(): LiveSummary {
    const { ref, digest, ownership, origin, revision, quietUntil, deliveries } = this;
    return { ref, digest, ownership, origin, revision, quietUntil, deliveries };
  }
}

/** In the order of the lines. Most objects have the owner of their neighbour, whose value is then shared. */
export function summaryLines(lines: readonly ObjectLine[]): readonly SummaryLine[] {
  let ownership: Ownership | undefined;
  let cells: string | undefined;
  return lines.map((line) => {
    if (cells === undefined || line.slice(-cells.length) !== cells) {
      const [project, manager] = [cellOf(line, 7) || null, cellOf(line, 8) || null];
      ownership = ownershipOf({ project, manager });
      cells = ['', project ?? '', manager ?? ''].join(TAB);
    }
    return new SummaryLine(line, ownership);
  });
}

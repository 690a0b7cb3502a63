/** Rows of events: what is reported to clients of an environment. Part of the storage port. */
import type { EventQuery } from '../../ports/events.js';

/**
 * What the audit log reports about one scope, written with its entry so that a list need not read the log; or what a client
 * said.
 */
export interface EventRow {
  /** `us_evt_…`. */
  readonly id: string;
  /** Of the entry that tells it; null: a client said it. */
  readonly seq: number | null;
  readonly at: number;
  readonly environment_id: string;
  readonly space_id: string | null;
  readonly workbook_id: string | null;
  readonly topic: string;
  readonly domain: string;
  /** JSON. */
  readonly payload: string;
  /** JSON: what else the client said of it. */
  readonly members: string;
  readonly actor_id: string | null;
  readonly acknowledged_at: number | null;
  readonly acknowledged_by: string | null;
  /** Over everything above; null fits no event, as any other MAC that is wrong. */
  readonly row_mac: string | null;
}

/** A space with all that happened in it; or, where workbooks are listed, what happened to these alone. */
export interface EventPlaceRow {
  readonly spaceId: string;
  readonly workbookIds?: readonly string[];
}

/** Every given condition holds. */
export interface EventFilter extends Omit<EventQuery, 'limit' | 'offset'> {
  /** In one of these; none of a list is nothing. */
  readonly places?: readonly EventPlaceRow[] | undefined;
}

export interface EventQueries {
  byId(id: string): Promise<EventRow | undefined>;
  /** By instant and id. */
  page(
    filter: EventFilter,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<readonly EventRow[]>;
  /** By id, those after `after`. */
  after(after: string, limit: number): Promise<readonly EventRow[]>;
  /** How many there are; counts up to `most`. */
  count(filter: EventFilter, most: number): Promise<number>;
  insert(row: EventRow): Promise<void>;
  acknowledge(row: Pick<EventRow, 'id' | 'acknowledged_at' | 'acknowledged_by' | 'row_mac'>): Promise<void>;
  /** Of what clients said in an environment the newest `most` stay. */
  forgetSaid(environmentId: string, most: number): Promise<void>;
}

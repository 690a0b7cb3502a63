/**
 * Events as Flatfile's clients read them: what the audit log reports about environments, and what clients said themselves.
 * An event is of one environment, so what is of the account alone (people, tokens) has none; the audit log has it.
 */
import type { Result } from '../domain/result.js';
import type { Instant } from '../domain/time.js';
import type { By } from './identity.js';

/** Where it happened, by id. */
export interface EventPlace {
  readonly environmentId: string;
  readonly spaceId?: string | undefined;
  readonly workbookId?: string | undefined;
}

export interface NewEvent {
  readonly topic: string;
  readonly domain: string;
  readonly place: EventPlace;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Opaque: what else the client said of it. */
  readonly members: Readonly<Record<string, unknown>>;
}

export interface Event extends NewEvent {
  /** `us_evt_…`. */
  readonly id: string;
  readonly at: Instant;
  /** Undefined for what no person did: a controller, say. */
  readonly actorId: string | undefined;
  readonly acknowledged: { readonly at: Instant; readonly by: string } | undefined;
}

export interface EventQuery {
  readonly environmentId?: string | undefined;
  readonly spaceId?: string | undefined;
  readonly domain?: string | undefined;
  readonly topic?: string | undefined;
  /** From this instant on. */
  readonly since?: Instant | undefined;
  /** Those that were dealt with. */
  readonly acknowledged: 'excluded' | 'included';
  /** How many are returned, and how many of the oldest are skipped before. */
  readonly limit: number;
  readonly offset: number;
}

export interface ListedEvents {
  readonly events: readonly Event[];
  /** How many match in all; undefined above ten thousand, which are not counted. */
  readonly total: number | undefined;
}

export interface Events {
  /** Oldest first; those that the caller may not see are left out, and not counted. Reads what it tells. */
  list(query: EventQuery, by: By): Promise<Result<ListedEvents>>;
  /** `not_found` also for one that the caller may not see. */
  get(id: string, by: By): Promise<Result<Event>>;
  /** Gives its id. `bad_request` for one that is too large; `not_found`, `forbidden`. The newest thousand of an environment are kept. */
  post(event: NewEvent, by: By): Promise<Result<string>>;
  /** Once; again changes nothing. `not_found`, `forbidden`. */
  acknowledge(id: string, by: By): Promise<Result<void>>;
}

/** Rows about use, about who serves, and about requests that were answered before. Part of the storage port. */

/** Uses of keys of an environment on one day, UTC. */
export interface UsageRow {
  /** `2027-01-31` */
  readonly day: string;
  readonly environment: string;
  /** 1 where the environment was production. */
  readonly is_billable: number;
  readonly uses: number;
}

export interface InstanceRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly version: string;
  readonly started_at: number;
  readonly last_seen_at: number;
  /** Entries of the log that it had not read when it was last seen; null for an instance that does not follow it. */
  readonly behind: number | null;
  /** Milliseconds by which its clock was ahead of the store's; null where that was not measured. */
  readonly clock_skew_ms: number | null;
  /** Uses before it are in the store; null for an instance that keeps none, or has ended. */
  readonly uses_until: number | null;
  /** Since when it was seen again and again without a long pause (coverage.ts). */
  readonly steady_since: number | null;
}

/** A request that is to be done once. */
export interface ReplayRow {
  /** Whose key it is: two callers may choose the same. */
  readonly caller: string;
  readonly key: string;
  /** Digest of the route and the body. */
  readonly request: string;
  /** JSON, without secrets; null until it is answered. */
  readonly answer: string | null;
  /** JSON: what its effects came to, by their number, without secrets. */
  readonly effects: string;
  readonly created_at: number;
  /** Over everything above. */
  readonly row_mac: string;
}

export interface UsageQueries {
  /** Adds to what the version was used before. */
  counted(tokenId: string, uses: number): Promise<void>;
  /** Adds to the row of that day, environment and kind. */
  addUsage(row: UsageRow): Promise<void>;
  /** Of those days, both included, by day and environment. */
  usage(from: string, until: string): Promise<readonly UsageRow[]>;
  /** `steady_since` counts unless it was last seen at `steadyBefore` or later. */
  putInstance(row: InstanceRow, steadyBefore: number): Promise<void>;
  /** By kind and name. */
  instances(): Promise<readonly InstanceRow[]>;
  forgetInstances(seenBefore: number): Promise<void>;
  replay(caller: string, key: string): Promise<ReplayRow | undefined>;
  putReplay(row: ReplayRow): Promise<void>;
  /** All of them: those of a day. */
  replays(): Promise<readonly ReplayRow[]>;
  forgetReplays(madeBefore: number): Promise<void>;
}

/** Rows of the secrets that customers' code reads when it runs, sealed to the store. Part of the storage port. */

export interface SecretRow {
  /** `us_sec_…`. */
  readonly id: string;
  readonly environment_id: string;
  /** Empty: of the whole environment. */
  readonly space_id: string;
  /** Empty: every consumer. */
  readonly actor_id: string;
  readonly name: string;
  /** The value in a box that the store alone opens. */
  readonly sealed: string;
  readonly created_at: number;
  readonly updated_at: number;
  /** Over everything above. */
  readonly row_mac: string;
}

export interface SecretQueries {
  byId(id: string): Promise<SecretRow | undefined>;
  /** Of these environments, by environment and name. */
  of(environmentIds: readonly string[]): Promise<readonly SecretRow[]>;
  /** By id, those after one; all of them in the end. */
  page(after: string, limit: number): Promise<readonly SecretRow[]>;
  /** Makes it, or gives it another value. */
  put(row: SecretRow): Promise<void>;
  remove(id: string): Promise<void>;
  /** All of an environment or a space. */
  removeIn(objectId: string): Promise<void>;
}

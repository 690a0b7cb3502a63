/** What is kept beside objects and is no part of what they declare. Part of the storage port. */

/** What it is: attributes of the object itself, attributes of one workbook of a space, an agent in an environment. */
export type AttributeKind = 'attributes' | 'workbook' | 'agent';

/** Opaque to every rule: no plan compares it and no decision about access is made by it, so no MAC covers it. */
export interface AttributeRow {
  /** The object's own for its attributes, else `us_wb_…`, `us_ag_…`. */
  readonly id: string;
  readonly kind: string;
  /** The object that it belongs to. */
  readonly object_id: string;
  /** Within the object and the kind; empty for the object's own attributes. */
  readonly name: string;
  /** JSON. */
  readonly value: string;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface AttributeQueries {
  byId(id: string): Promise<AttributeRow | undefined>;
  /** Of these objects and one kind, by object and name. */
  of(objectIds: readonly string[], kind: AttributeKind): Promise<readonly AttributeRow[]>;
  /** Makes it, or replaces all but its id and when it was made. */
  put(row: AttributeRow): Promise<void>;
  remove(id: string): Promise<void>;
}

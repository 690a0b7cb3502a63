/** What a type of connection is: where a service is, and by which reference its credential is found. */
import type { Static, TObject } from 'typebox';

export interface ConnectionDeclaration<Schema extends TObject = TObject> {
  readonly name: string;
  /** The fields of a Connection of this type; closed. */
  readonly schema: Schema;
  /** Names the service for records and messages, the same for everybody who reaches it: its address. */
  where(spec: Static<Schema>): string;
  /** Rules that a schema cannot say; `path` is below the type: `token`. */
  check?(spec: Static<Schema>): readonly { readonly path: string; readonly message: string }[];
}

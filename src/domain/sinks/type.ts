/**
 * What a type of sink is. A type is declared once, in a file of this folder; the documents, the ids, the checks, what
 * the planner expects of it, the constructs and the reference derive from it. Its adapter is in src/sinks.
 */
import type { TObject } from 'typebox';
import type { ConnectionType } from '../connections/index.js';
import type { CdkApp } from '../kinds/facets.js';
import type { DurationMs } from '../time.js';

/** What a sink can do; the planner adapts to it and says so (docs/rotation.md). */
export interface SinkAbility {
  /** What a receipt is made of: the value itself, a revision that changes with every write, or nothing. */
  readonly read: 'value' | 'revision' | 'nothing';
  /** `counted`: it tells afterwards that another write came between. `blind`: it does not even do that. */
  readonly write: 'conditional' | 'counted' | 'blind';
  /** `machine`: files that are a machine's own (contract.md, fine print 15). `shared`: one sink for everybody. */
  readonly scope: 'machine' | 'shared';
  /** How much longer than the store's own the stabilization window is. */
  readonly settleMs: DurationMs;
  /** Of one value, in bytes of UTF-8. */
  readonly maxBytes: number;
}

/** An id taken apart: `TYPE:OBJECT#PART`. `object` is what is read and written at once, `part` which of its fields the sink is. */
export interface SinkLocation {
  readonly object: string;
  readonly part: string;
}

export interface SinkType<Spec = never> {
  readonly name: string;
  /** One sentence for people: the description of its field. */
  readonly summary: string;
  /** The fields of a `deliver` entry of this type; closed. */
  readonly schema: TObject;
  readonly ability: SinkAbility;
  /** The type of the Connection that `connection` names; absent: it is reached without one. */
  readonly connection?: ConnectionType;
  /** One delivery is all that its object holds; absent: each has fields, or a variable, of its own in it. */
  readonly isWhole?: true;
  /** Canonical: two spellings of one sink are equal here. Holds all that reading needs, but the Connection. */
  locate(spec: Spec): SinkLocation;
  /** The file that it is, of an object of a type whose `scope` is `machine`; absent: the object is its path. */
  path?(object: string): string;
  /** The program that it runs, if a path names that: one inside the working folder or the project's `sinkRoots`. */
  program?(spec: Spec): string | undefined;
  /** The sink as people say it, without the type; absent: `OBJECT#PART`. */
  say?(location: SinkLocation): string;
  /** Rules that a schema cannot say; `path` is below the type: `fields.API_KEY`. */
  check?(spec: Spec): readonly { readonly path: string; readonly message: string }[];
  /** What its requests wait for together where there is no Connection: `exec ./drivers/etcd.sh`. Never the name of one. */
  lane?(object: string): string;
  /** The call of the constructs' `Sink`, without the class: `dotenv("a.env", "KEY")`. */
  cdk(spec: Spec, app: CdkApp): string;
}

/** A file that is only this machine's: conditional by a lock, read whole. */
export const FILE_ABILITY: SinkAbility = {
  read: 'value',
  write: 'conditional',
  scope: 'machine',
  settleMs: 0,
  maxBytes: 1 << 20,
};

/**
 * Sinks as documents name them, and the one line that identifies a sink: `dotenv:secrets/a.env#API_KEY`. The id holds all
 * that reading needs, but for the Connection it names, so that a sink can be read long after its document is gone.
 */
import { type Static, type TOptional, type TSchema, Type } from 'typebox';
import type { ConnectionType } from '../connections/index.js';
import type { CdkApp } from '../kinds/facets.js';
import { closed } from '../kinds/fields.js';
import { entryFields, type RefreshDeclaration, refreshProblems } from './refresh.js';
import { SINK_TYPES } from './table.js';
import type { SinkAbility, SinkLocation, SinkType } from './type.js';

export type { RefreshDeclaration } from './refresh.js';
export type { SinkAbility, SinkLocation, SinkType } from './type.js';
export { SINK_TYPES };

export type SinkTypeName = keyof typeof SINK_TYPES;

type Types = typeof SINK_TYPES;

const fields = Object.fromEntries(
  Object.entries(SINK_TYPES).map(([name, { schema }]) => [name, Type.Optional(schema as TSchema)]),
) as unknown as { [Name in SinkTypeName]: TOptional<Types[Name]['schema']> };

export const SINK_TYPE_NAMES = Object.keys(SINK_TYPES) as readonly SinkTypeName[];

/** One sink by its type, and what a `deliver` entry says besides. */
export const sinkField = Type.Object(
  { ...fields, ...entryFields },
  {
    ...closed,
    minProperties: 1,
    'x-expects': `exactly one of ${SINK_TYPE_NAMES.join(', ')}`,
    'x-one-of': SINK_TYPE_NAMES,
  },
);

export type SinkDeclaration = Static<typeof sinkField>;

/** `TYPE:OBJECT#PART`; stable, printable, not secret. */
export type SinkId = string;

/** A sink's id taken apart. */
export interface SinkAddress extends SinkLocation {
  readonly type: SinkTypeName;
}

/** The type by its name, with the shape of its fields forgotten: for code that treats all types alike. */
export const sinkTypeOf = (name: SinkTypeName): SinkType<unknown> =>
  SINK_TYPES[name] as unknown as SinkType<unknown>;

export const isSinkType = (name: string): name is SinkTypeName => Object.hasOwn(SINK_TYPES, name);

/** The type of a declared sink, and its fields. Undefined unless exactly one type is named. */
export function declaredSink(
  sink: SinkDeclaration,
): { readonly type: SinkTypeName; readonly spec: unknown } | undefined {
  const named = SINK_TYPE_NAMES.filter((name) => sink[name] !== undefined);
  const [type] = named;
  return type !== undefined && named.length === 1 ? { type, spec: sink[type] } : undefined;
}

/** What is wrong with a declared sink that a schema cannot say; `at` is where it stands: `spec.deliver.0`. */
export function sinkProblems(
  sink: SinkDeclaration,
  at: string,
): readonly { readonly path: string; readonly message: string }[] {
  const declared = declaredSink(sink);
  if (declared === undefined)
    return [{ path: at, message: `must name exactly one of ${SINK_TYPE_NAMES.join(', ')}` }];
  const { check, connection } = sinkTypeOf(declared.type);
  const problems = check?.(declared.spec) ?? [];
  const refresh = sink.refresh ? refreshProblems(sink.refresh, isCluster(connection)) : [];
  return [
    ...problems.map(({ path, message }) => ({ path: `${at}.${declared.type}.${path}`, message })),
    ...refresh.map(({ path, message }) => ({
      path: [`${at}.refresh`, ...(path ? [path] : [])].join('.'),
      message,
    })),
  ];
}

const CLUSTER: string = 'kubernetes';

const isCluster = (connection: ConnectionType | undefined): boolean => connection === CLUSTER;

/** A Connection that a `deliver` entry names: its name, the type it has to be of, and where that stands in the entry. */
export interface NeededConnection {
  readonly name: string;
  readonly connection: ConnectionType;
  readonly path: string;
}

/** All Connections that a `deliver` entry names: its sink's, and the one of what is restarted. */
export function connectionsNeeded(sink: SinkDeclaration): readonly NeededConnection[] {
  const own = connectionNeeded(sink);
  const name = sink.refresh?.connection;
  return [
    ...(own ? [own] : []),
    ...(name === undefined
      ? []
      : [{ name, connection: CLUSTER as ConnectionType, path: 'refresh.connection' }]),
  ];
}

/** The Connection that a declared sink names: its name, the type it has to be of, and where that stands in the sink. */
export function connectionNeeded(sink: SinkDeclaration): NeededConnection | undefined {
  const declared = declaredSink(sink);
  const connection = declared && sinkTypeOf(declared.type).connection;
  if (declared === undefined || connection === undefined) return undefined;
  const { connection: name } = declared.spec as { readonly connection: string };
  return { name, connection, path: `${declared.type}.connection` };
}

export function sinkAddress(sink: SinkDeclaration): SinkAddress {
  const declared = declaredSink(sink);
  if (declared === undefined) throw new Error('a sink without a type passed the checks');
  return { type: declared.type, ...sinkTypeOf(declared.type).locate(declared.spec) };
}

export const sinkIdOf = (sink: SinkDeclaration): SinkId => {
  const { type, object, part } = sinkAddress(sink);
  return `${type}:${object}#${part}`;
};

/** Returns the parts of a sink's id; undefined for any other text. */
export function parseSinkId(id: SinkId): SinkAddress | undefined {
  const colon = id.indexOf(':');
  const hash = id.lastIndexOf('#');
  const type = id.slice(0, colon);
  if (!isSinkType(type) || hash <= colon + 1 || hash === id.length - 1) return undefined;
  return { type, object: id.slice(colon + 1, hash), part: id.slice(hash + 1) };
}

/** The file of a sink that is a machine's own, relative to the working folder; undefined for any other sink. */
export const sinkPath = ({ type, object }: SinkAddress): string | undefined =>
  abilityOf(type).scope === 'machine' ? (sinkTypeOf(type).path?.(object) ?? object) : undefined;

/** The program that a declared sink runs, if a path names that. */
export function sinkProgram(sink: SinkDeclaration): string | undefined {
  const declared = declaredSink(sink);
  return declared && sinkTypeOf(declared.type).program?.(declared.spec);
}

export const abilityOf = (type: SinkTypeName): SinkAbility => sinkTypeOf(type).ability;

/** The name of the Connection that a sink is reached through; undefined for one that needs none. */
export const connectionName = ({ type, object }: Pick<SinkAddress, 'type' | 'object'>): string | undefined =>
  sinkTypeOf(type).connection === undefined ? undefined : object.slice(0, object.indexOf('/'));

/** What requests to a sink wait for together: its Connection, or its program; undefined for files. */
export const laneName = ({ type, object }: Pick<SinkAddress, 'type' | 'object'>): string | undefined =>
  connectionName({ type, object }) ?? sinkTypeOf(type).lane?.(object);

/** A sink as people say it: `dotenv secrets/billing.env#BILLING_API_KEY`, `file secrets/key`. */
export function sinkPhrase(id: SinkId): string {
  const address = parseSinkId(id);
  if (address === undefined) return id;
  const say = sinkTypeOf(address.type).say ?? (({ object, part }) => `${object}#${part}`);
  return `${address.type} ${say(address)}`;
}

/** The construct's call that declares a sink: `Sink.dotenv("secrets/billing.env", "KEY")`. */
export function sinkCode(sink: SinkDeclaration, app: CdkApp): string {
  const declared = declaredSink(sink);
  if (declared === undefined) return `Sink.of(${app.literal(sink)})`;
  const { refresh, unverified } = sink;
  const said = {
    refresh: refresh && refreshCode(refresh, app),
    unverified: unverified && app.literal(unverified),
  };
  const besides = refresh || unverified ? `.with(${app.object(said)})` : '';
  return `Sink.${sinkTypeOf(declared.type).cdk(declared.spec, app)}${besides}`;
}

const refreshCode = ({ deployment, connection, exec }: RefreshDeclaration, app: CdkApp): string =>
  app.object({
    deployment: deployment && app.literal(deployment),
    connection: connection && app.reference('Connection', connection),
    exec: exec && app.literal(exec),
  });

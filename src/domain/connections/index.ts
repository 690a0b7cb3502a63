/** The types of connections, in one table, and the field of each in the spec of a Connection. */
import { type Static, type TOptional, type TSchema, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { aws } from './aws.js';
import { github } from './github.js';
import { kubernetes } from './kubernetes.js';
import type { ConnectionDeclaration } from './type.js';
import { vault } from './vault.js';

export const CONNECTIONS = { aws, github, kubernetes, vault } as const;

export type ConnectionType = keyof typeof CONNECTIONS;

export const CONNECTION_TYPES = Object.keys(CONNECTIONS) as readonly ConnectionType[];

const fields = Object.fromEntries(
  Object.entries(CONNECTIONS).map(([name, { schema }]) => [name, Type.Optional(schema as TSchema)]),
) as unknown as { [Name in ConnectionType]: TOptional<(typeof CONNECTIONS)[Name]['schema']> };

export const connectionSpec = Type.Object(
  {
    ...fields,
    requestsPerSecond: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 1000,
        description:
          'At most so many requests a second, on the average. Absent: as many as eight at a time make.',
      }),
    ),
  },
  {
    ...closed,
    minProperties: 1,
    'x-expects': `exactly one of ${CONNECTION_TYPES.join(', ')}`,
    'x-one-of': CONNECTION_TYPES,
  },
);

export type ConnectionSpec = Static<typeof connectionSpec>;

/** The fields of a connection of one type. */
export type ConnectionOf<Type extends ConnectionType> = NonNullable<ConnectionSpec[Type]>;

/** The one type that a Connection names; undefined unless it is exactly one. */
export function connectionTypeOf(spec: ConnectionSpec): ConnectionType | undefined {
  const named = CONNECTION_TYPES.filter((name) => spec[name] !== undefined);
  return named.length === 1 ? named[0] : undefined;
}

const declarationOf = (type: ConnectionType): ConnectionDeclaration =>
  CONNECTIONS[type] as unknown as ConnectionDeclaration;

/** What names the service for all who reach it, mostly its address; empty for what names no type. */
export function whereOf(spec: ConnectionSpec): string {
  const type = connectionTypeOf(spec);
  return type === undefined ? '' : declarationOf(type).where(spec[type] as never);
}

export function connectionProblems(
  spec: ConnectionSpec,
): readonly { readonly path: string; readonly message: string }[] {
  const type = connectionTypeOf(spec);
  if (type === undefined)
    return [{ path: 'spec', message: `must name exactly one of ${CONNECTION_TYPES.join(', ')}` }];
  const problems = declarationOf(type).check?.(spec[type] as never) ?? [];
  return problems.map(({ path, message }) => ({ path: `spec.${type}.${path}`, message }));
}

/** How its credential is found: `env VAULT_TOKEN`, `file ca/token`, `inCluster`. Never the credential. */
export function credentialsOf(spec: ConnectionSpec): readonly string[] {
  const type = connectionTypeOf(spec);
  return type === undefined ? [] : namedIn(spec[type] ?? {});
}

const namedIn = (fields: object): readonly string[] =>
  Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'env' || name === 'file') return [`${name} ${value}`];
    if (name === 'tokenFile') return [`file ${value}`];
    if (value === true) return [name];
    if (typeof value !== 'object' || value === null) return [];
    const within = namedIn(value);
    return within.length > 0 ? within : [name];
  });

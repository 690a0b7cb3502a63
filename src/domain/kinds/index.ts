/** The kinds, and what code that treats all of them alike needs. */

import { type SinkId, sinkIdOf } from '../sinks/index.js';
import type { Kind } from './kind.js';
import { KINDS } from './table.js';

export { KINDS };

export type KindName = keyof typeof KINDS;
/** Kinds that have live objects. */
export type ObjectKind = Exclude<KindName, 'Project'>;

/** The type of each kind's spec. */
export type SpecOf = {
  readonly [K in ObjectKind]: (typeof KINDS)[K] extends Kind<infer Spec> ? Spec : never;
};

export {
  parseSinkId,
  type SinkAddress,
  type SinkDeclaration,
  type SinkId,
  sinkAddress,
  sinkIdOf,
  sinkPath,
  sinkProgram,
} from '../sinks/index.js';
export type { ApiKeySpec, RotationSpec } from './api-key.js';
export type { ConnectionSpec } from './connection.js';
export type { EnvironmentSpec } from './environment.js';
export {
  type CdkApp,
  type CdkProps,
  type Events,
  literals,
  type Routes,
  type Verb,
} from './facets.js';
export { foldEmail } from './fields.js';
export type { GuestSpec } from './guest.js';
export type { ConstraintViolation, Kind, Problem, Reference } from './kind.js';
export type { ProjectSpec } from './project.js';
export type { RoleSpec } from './role.js';
export type { ServiceSpec } from './service.js';
export type { SpaceSpec } from './space.js';
export type { TeamSpec } from './team.js';
export type { UserSpec } from './user.js';

export const isKindName = (name: string): name is KindName => Object.hasOwn(KINDS, name);

export const isObjectKind = (name: string): name is ObjectKind => isKindName(name) && name !== 'Project';

/** The kind by its name, with the type of its spec forgotten: for code that treats all kinds alike. */
export const kindOf = (name: KindName): Kind => KINDS[name] as unknown as Kind;

/** Every kind that has live objects, in the order of creation. */
export const OBJECT_KINDS = Object.keys(KINDS).filter(isObjectKind);

/** What the secret of an object is delivered to; none of what has no secret. */
export const sinkIdsOf = (declaration: {
  readonly kind: ObjectKind;
  readonly spec: unknown;
}): readonly SinkId[] => (kindOf(declaration.kind).sinks?.(declaration.spec) ?? []).map(sinkIdOf);

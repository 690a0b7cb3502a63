/** The kinds, in one table. Adding a kind is adding its file and its line here. */
import { ApiKey } from './api-key.js';
import { Environment } from './environment.js';
import type { Kind } from './kind.js';
import { Project } from './project.js';
import { Service } from './service.js';

export const KINDS = { Project, Environment, Service, ApiKey } as const;

export type KindName = keyof typeof KINDS;
/** Kinds that have live objects. */
export type ObjectKind = Exclude<KindName, 'Project'>;

export type { ApiKeySpec, RotationSpec } from './api-key.js';
export type { EnvironmentSpec } from './environment.js';
export type { Kind, Problem, Reference } from './kind.js';
export type { ProjectSpec } from './project.js';
export type { ServiceSpec } from './service.js';
export {
  parseSinkId,
  type SinkDeclaration,
  type SinkId,
  type SinkPlace,
  sinkIdOf,
  sinkPlace,
} from './sink.js';

export const isKindName = (name: string): name is KindName => Object.hasOwn(KINDS, name);

export const isObjectKind = (name: string): name is ObjectKind => isKindName(name) && name !== 'Project';

/** The kind by its name, with the type of its spec forgotten: for code that treats all kinds alike. */
export const kindOf = (name: KindName): Kind => KINDS[name] as unknown as Kind;

/** Every kind that the document contract names, with those that later versions bring; for messages. */
export const OBJECT_KINDS = Object.keys(KINDS).filter(isObjectKind);

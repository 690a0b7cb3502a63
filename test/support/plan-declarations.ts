/** Declarations for planner tests: what matters is written, the rest is the kind's defaults. */

import type { DesiredEntry, DesiredProject } from '../../src/domain/desired.js';
import {
  type ApiKeySpec,
  type EnvironmentSpec,
  type GuestSpec,
  KINDS,
  kindOf,
  type RoleSpec,
  type ServiceSpec,
  sinkIdOf,
  type TeamSpec,
  type UserSpec,
} from '../../src/domain/kinds/index.js';
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import type { Metadata } from '../../src/domain/metadata.js';
import { type Declaration, declarationDigest, formerName, refOf } from '../../src/domain/objects.js';
import { deepFreeze } from './plan-freeze.js';

export type Annotations = NonNullable<Metadata['annotations']>;

export const declaration = (
  kind: Declaration['kind'],
  name: string,
  spec: unknown,
  annotations?: Annotations,
): Declaration =>
  deepFreeze({
    kind,
    metadata: annotations ? { name, annotations } : { name },
    spec: normalForm(kindOf(kind).schema, spec),
  } as Declaration);

export const environment = (
  name: string,
  spec: EnvironmentSpec = {},
  annotations?: Annotations,
): Declaration => declaration('Environment', name, spec, annotations);

/** To a Vault at an address of its own. */
export const connection = (name: string, address = `https://${name}.example.com`): Declaration =>
  declaration('Connection', name, { vault: { address } });

export const service = (name: string, spec: ServiceSpec = {}, annotations?: Annotations): Declaration =>
  declaration('Service', name, spec, annotations);

export const role = (
  name: string,
  permissions: readonly string[] = ['audit:read'],
  scope: RoleSpec['scope'] = 'tenant',
): Declaration => declaration('Role', name, { scope, permissions });

/** `ada` has the address ada@example.com. */
export const user = (name: string, spec: Partial<UserSpec> = {}): Declaration =>
  declaration('User', name, { email: `${name}@example.com`, ...spec });

export const team = (name: string, ...members: NonNullable<TeamSpec['members']>): Declaration =>
  declaration('Team', name, { members });

/** In production. */
export const space = (name: string, ...workbooks: readonly string[]): Declaration =>
  declaration('Space', name, { environment: 'production', workbooks });

/** Of production. */
export const guest = (name: string, spec: Partial<GuestSpec> = {}): Declaration =>
  declaration('Guest', name, { environment: 'production', email: `${name}@example.org`, ...spec });

/** Of service `billing` in `production`, rotated every 90 days, unless it says otherwise. */
export const key = (
  name: string,
  spec: { readonly [F in keyof ApiKeySpec]?: ApiKeySpec[F] | undefined } = {},
  annotations?: Annotations,
): Declaration => {
  const usual: ApiKeySpec = {
    environment: 'production',
    owner: { service: 'billing' },
    rotation: { every: '90d' },
  };
  const merged = Object.entries({ ...usual, ...spec }).filter(([, value]) => value !== undefined);
  return declaration('ApiKey', name, Object.fromEntries(merged), annotations);
};

export const dotenv = (variable: string, path = 'secrets/app.env') => ({ dotenv: { path, variable } });

export const entry = (declared: Declaration): DesiredEntry => ({
  ref: refOf(declared),
  digest: declarationDigest(declared),
  position: { file: 'specs/app.yaml', line: 1, column: 1 },
  labels: declared.metadata.labels ?? {},
  references: kindOf(declared.kind).references(declared.spec),
  sinks: declared.kind === 'ApiKey' ? (declared.spec.deliver ?? []).map(sinkIdOf) : [],
  previousName: formerName(declared),
  load: () => declared,
});

export const project = (guard: NonNullable<DesiredProject['spec']['guard']> = {}): DesiredProject => {
  const spec = normalForm(KINDS.Project.schema, { guard }) as DesiredProject['spec'];
  return { name: 'acme', spec };
};

/** What the store holds of projects, over HTTP, call by call: their guards, their permissions and approved plans. */
import { type TObject, Type } from 'typebox';
import type { ProjectSettings } from '../domain/approval.js';
import { closed } from '../domain/kinds/fields.js';
import { Project } from '../domain/kinds/project.js';
import type { Caller, Lease } from '../ports/live-store.js';
import type { PlanApproval } from '../ports/project-guard.js';
import { Digest, Lease as LeaseShape, Path, Reason } from './effects.js';
import * as shape from './objects.js';
import { operation, TIMEOUT_MS } from './operation.js';

const Settings = Type.Object(
  {
    project: shape.Name,
    guard: (Project.schema as TObject).properties['guard'] ?? Type.Object({}),
    permissions: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 }),
  },
  closed,
);

export const declareProject = operation<
  { readonly settings: ProjectSettings; readonly lease: Lease } & Pick<Caller, 'approval' | 'breakGlass'>,
  boolean
>({
  permission: 'plans:apply',
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeDeclareProject',
  path: '/store/declare-project',
  summary:
    'What a project declares of itself: its guard, which the store holds from then on, and its permissions.',
  sent: Type.Object({ settings: Settings, lease: LeaseShape, approval: Digest, breakGlass: Reason }, closed),
  got: Type.Boolean({ description: 'Whether that changed anything.' }),
});

/** In one request, at most. */
export const COVERS_MAX = 1_000;

export const approve = operation<PlanApproval & { readonly path: string }, null>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeApprove',
  path: '/store/approve',
  summary: 'Approve a plan; it can be applied within a week.',
  description:
    'Requires `plans:approve`, unless the same plan was approved already. A long plan is sent in parts.',
  sent: Type.Object(
    {
      digest: Type.String({ minLength: 1, maxLength: 100 }),
      project: shape.Name,
      covers: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: COVERS_MAX }),
      allowRemovals: Type.Optional(shape.Count),
      path: Path,
    },
    closed,
  ),
  got: Type.Null(),
});

export const projects = operation<object, readonly ProjectSettings[]>({
  permission: 'plans:read',
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeProjects',
  path: '/store/projects',
  summary: 'What projects declared of themselves last.',
  sent: Type.Object({}, closed),
  got: Type.Array(Settings),
});

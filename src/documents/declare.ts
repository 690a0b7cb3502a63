/**
 * From a checked document to what a project declares: the project itself, or an object with the
 * project's defaults filled in and its policy held.
 */
import type { DesiredProject } from '../domain/desired.js';
import {
  type ApiKeySpec,
  type SinkDeclaration,
  sinkAddress,
  sinkPath,
  sinkProgram,
} from '../domain/kinds/index.js';
import type { Declaration } from '../domain/objects.js';
import { ownerText } from '../domain/owner.js';
import { isKnownPermission, nearestPermission } from '../domain/permissions.js';
import { fail, ok, type Result } from '../domain/result.js';
import { durationMs } from '../domain/time.js';
import type { Diagnostic } from './diagnostics.js';
import { type CheckedDocument, settledSpec } from './document.js';
import { isBelow, isDocumentPlace } from './files.js';

/** What a document means depends on: where the project is and what it says. */
export interface Context {
  /** Absolute path of the working folder. */
  readonly folder: string;
  readonly project: DesiredProject;
}

export function declareProject(document: CheckedDocument): Result<DesiredProject, readonly Diagnostic[]> {
  // Every field of a project but the app has a default, so the normal form has them all.
  const spec = settledSpec<DesiredProject['spec']>(document, {
    guard: {},
    defaults: {},
    policy: {},
    ...document.spec,
  });
  return spec.ok ? ok({ name: document.metadata.name, spec: spec.value }) : spec;
}

/** The declaration in normal form, or everything that the project has against it. */
export function declare(
  document: CheckedDocument,
  context: Context,
): Result<Declaration, readonly Diagnostic[]> {
  const spec = settledSpec(document, withDefaults(document, context.project));
  if (!spec.ok) return spec;
  // The schema of the kind vouches that kind and spec belong together.
  const declaration = { kind: document.kind, metadata: document.metadata, spec: spec.value } as Declaration;
  const found = policyErrors(document, declaration, context);
  return found.length === 0 ? ok(declaration) : fail(found);
}

function withDefaults(document: CheckedDocument, project: DesiredProject): Readonly<Record<string, unknown>> {
  const { rotation } = project.spec.defaults;
  if (document.kind !== 'ApiKey' || rotation === undefined) return document.spec;
  const own = document.spec['rotation'];
  return { ...document.spec, rotation: typeof own === 'object' ? { ...rotation, ...own } : rotation };
}

function policyErrors(
  document: CheckedDocument,
  declaration: Declaration,
  context: Context,
): readonly Diagnostic[] {
  const words = permissionErrors(document, declaration, context.project);
  if (declaration.kind !== 'ApiKey') return words;
  const sinks = declaration.spec.deliver ?? [];
  return [
    ...words,
    ...expiryErrors(document, declaration.spec, context.project),
    ...ownerErrors(document, declaration.spec, context.project),
    ...rotationErrors(document, declaration.spec, context.project),
    ...sinks.flatMap((sink, index) => sinkErrors(document, { sink, index }, context)),
  ];
}

/** An error for each permission that neither Keywright nor the project knows: a slip would grant nothing, without a word. */
function permissionErrors(
  document: CheckedDocument,
  { spec }: Declaration,
  { spec: { permissions } }: DesiredProject,
): readonly Diagnostic[] {
  const custom = permissions.custom ?? [];
  const words = 'permissions' in spec ? (spec.permissions ?? []) : [];
  return words.flatMap((word, index) => {
    if (isKnownPermission(word, custom)) return [];
    const near = nearestPermission(word, custom);
    return [
      document.tree.error(['spec', 'permissions', index], 'value', {
        code: 'unknown_permission',
        message: `there is no permission "${word}"`,
        help:
          near === undefined
            ? `of an application of yours, declare it in keywright.yaml: permissions: { custom: [${word}] }`
            : `did you mean "${near}"?`,
      }),
    ];
  });
}

function expiryErrors(
  document: CheckedDocument,
  { expiresAfter, expiresAt }: ApiKeySpec,
  { spec: { policy } }: DesiredProject,
): readonly Diagnostic[] {
  if (policy.requireExpiry !== true || expiresAfter !== undefined || expiresAt !== undefined) return [];
  return [
    document.tree.error(['spec'], 'key', {
      code: 'broken_rule',
      message: 'the key has neither expiresAfter nor expiresAt, and the project requires one',
      help: 'add expiresAfter: 180d, or remove policy.requireExpiry from keywright.yaml',
    }),
  ];
}

function ownerErrors(
  { tree }: CheckedDocument,
  { owner }: ApiKeySpec,
  { spec: { policy } }: DesiredProject,
): readonly Diagnostic[] {
  const rule =
    policy.requireOwner === 'service' && owner.service === undefined
      ? 'requireOwner: service'
      : policy.forbidPersonalKeys === true && owner.user !== undefined
        ? 'forbidPersonalKeys'
        : undefined;
  if (rule === undefined) return [];
  return [
    tree.error(['spec', 'owner'], 'value', {
      code: 'broken_rule',
      message: `the key is owned by ${ownerText(owner)}, and the project has policy.${rule}`,
      help: 'let a service own it: owner: { service: NAME }',
    }),
  ];
}

/** Of every key, as the constructs' policy of this name. */
function rotationErrors(
  { tree }: CheckedDocument,
  { rotation }: ApiKeySpec,
  { spec: { policy } }: DesiredProject,
): readonly Diagnostic[] {
  const limit = policy.requireRotation;
  if (limit === undefined) return [];
  const every = rotation?.every;
  if (every !== undefined && durationMs(every) <= durationMs(limit)) return [];
  const at = every === undefined ? ['spec'] : ['spec', 'rotation', 'every'];
  return [
    tree.error(at, every === undefined ? 'key' : 'value', {
      code: 'broken_rule',
      message: `the key is ${every === undefined ? 'not rotated' : `rotated every ${every}`}, and the project requires it at least every ${limit} (policy.requireRotation)`,
      help: `rotation: { every: ${limit} }, or spec.defaults.rotation in keywright.yaml`,
    }),
  ];
}

function sinkErrors(
  document: CheckedDocument,
  { sink, index }: { readonly sink: SinkDeclaration; readonly index: number },
  { folder, project }: Context,
): readonly Diagnostic[] {
  const address = sinkAddress(sink);
  const path = sinkPath(address);
  const { type } = address;
  if (path === undefined) return programErrors(document, { sink, type, index }, { folder, project });
  const at = (message: string, help?: string): readonly Diagnostic[] => [
    document.tree.error(['spec', 'deliver', index, type, 'path'], 'value', {
      code: 'sink_path',
      message,
      help,
    }),
  ];
  if (/[/]$|(?:^|[/])\.{1,2}$/.test(path)) return at('the path is a folder, not a file');
  const { sinkRoots, specs, store } = project.spec;
  if (!sinkRoots.some((root) => isBelow(folder, root, path))) {
    return at(
      'the path is outside the folders that sinks may write to',
      `allowed: ${sinkRoots.map(rootText).join(', ')} (spec.sinkRoots in keywright.yaml)`,
    );
  }
  if (!store.includes('://') && isBelow(folder, store, path))
    return at('the path is inside the live store', 'use a path outside');
  if (isDocumentPlace(folder, specs, path))
    return at(
      'the path is read as a document of this project, so the secret would be read as one',
      'use a file that is not a document, such as secrets/billing.env',
    );
  return [];
}

/** What a document names is run with the rights of the reconciler, so it is a program that is kept beside the project. */
function programErrors(
  { tree }: CheckedDocument,
  { sink, type, index }: { readonly sink: SinkDeclaration; readonly type: string; readonly index: number },
  { folder, project }: Pick<Context, 'folder' | 'project'>,
): readonly Diagnostic[] {
  const program = sinkProgram(sink);
  const roots = ['.', ...project.spec.sinkRoots];
  if (program === undefined || roots.some((root) => isBelow(folder, root, program))) return [];
  return [
    tree.error(['spec', 'deliver', index, type, 'command', 0], 'value', {
      code: 'sink_path',
      message: 'the program is outside the working folder',
      help: 'move it inside, or name one on the PATH without a slash',
    }),
  ];
}

const rootText = (root: string): string => (root === '.' ? 'this folder' : root);

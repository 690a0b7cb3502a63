/**
 * What most commands begin with: the project of the working folder, its documents, the live store.
 * The opener of a session closes it; `withSession` does both.
 */
import { existsSync } from 'node:fs';
import { type LoadedProject, type LoadedState, loadProject } from '../documents/load.js';
import { DOCUMENTS_MANAGER, type Ownership } from '../domain/live.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import type { GitBranch } from './branch-option.js';
import { APP_IN_BRANCH, appOf, readDesired } from './cdk-synth.js';
import { type KnownConnections, knownConnections } from './connections.js';
import type { StorePlace, WhenAbsent } from './dependencies.js';
import type { ExitCode } from './exit.js';
import { badDocuments, type Failure, failed, failure } from './failure.js';
import type { CommandContext } from './terminal.js';

/** The project of the working folder. `no_project` names `init`. */
export async function openProject(
  { flags }: CommandContext,
  folder = flags.folder,
): Promise<Result<LoadedProject, Failure>> {
  if (!isFolder(flags.folder))
    return failure('no_project', `the folder ${flags.folder} does not exist; see -C`);
  const loaded = await loadProject(folder);
  if (loaded.ok) return loaded;
  if (loaded.error[0]?.code !== 'no_project') return badDocuments(loaded.error);
  return failure(
    'no_project',
    `there is no keywright.yaml in ${folder}; create a project with: keywright init`,
  );
}

const isFolder = (path: string): boolean => existsSync(`${path}/`);

/** `--store` first, else what the project says; commands that need only the store work without a project. */
export async function storePlace(context: CommandContext): Promise<Result<StorePlace, Failure>> {
  const { folder, store, access } = context.flags;
  if (store !== undefined) return ok({ folder, location: store, ...access });
  const project = await openProject(context);
  if (project.ok)
    return ok({ folder, location: project.value.project.spec.store, namedBy: 'document', ...access });
  if (project.error.fault.code !== 'no_project' || !isFolder(folder)) return project;
  return failure(
    'no_project',
    `there is no keywright.yaml in ${folder}; use the folder of a project (-C DIR), or a store with --store`,
  );
}

/** `--store` or its variable first, else what the project's document says. */
export const locationOf = (
  given: string | undefined,
  declared: string,
): Pick<StorePlace, 'location' | 'namedBy'> =>
  given === undefined
    ? { location: declared, namedBy: 'document' }
    : { location: given, namedBy: 'operator' };

/** Opens the store of `--store` or the project, does `work`, and closes it whatever happens. */
export async function withStore(
  context: CommandContext,
  whenAbsent: WhenAbsent,
  work: (store: LiveStore, place: StorePlace) => Promise<Result<ExitCode, Failure>>,
): Promise<Result<ExitCode, Failure>> {
  const place = await storePlace(context);
  if (!place.ok) return place;
  const store = await context.world.openStore(place.value, whenAbsent);
  if (!store.ok) return failed(store.error);
  try {
    return await work(store.value, place.value);
  } finally {
    await store.value.close();
  }
}

export interface Documents {
  readonly project: LoadedProject;
  readonly place: StorePlace;
  readonly desired: LoadedState;
  /** Who declares: files that documents can be added to, an app, or a branch. */
  readonly source: 'files' | 'app' | 'branch';
  readonly ownership: Ownership;
  readonly sinks: Sinks;
  readonly connections: KnownConnections;
}

/** Project and documents, with what was remembered of unchanged ones. */
export async function openDocuments(
  context: CommandContext,
  branch?: GitBranch,
): Promise<Result<Documents, Failure>> {
  const checkout = branch === undefined ? ok(undefined) : await checkOut(context, branch);
  if (!checkout.ok) return checkout;
  const project = await openProject(context, checkout.value);
  if (!project.ok) return project;
  const isApp = appOf(context.flags, project.value) !== undefined;
  if (checkout.value !== undefined && isApp) return failed(APP_IN_BRANCH);
  const { project: declared } = project.value;
  const { folder, store, access } = context.flags;
  const place = { folder, ...locationOf(store, declared.spec.store), ...access };
  // A branch may be looked at from anywhere: what is remembered here is of the documents here.
  const memory = checkout.value === undefined ? context.world.memory(place) : undefined;
  const desired = await readDesired(context, project.value, memory ? { memory } : {});
  if (!desired.ok) return desired;
  const ownership = { project: declared.name, manager: DOCUMENTS_MANAGER };
  const connections = knownConnections(desired.value);
  const sinks = context.world.openSinks(context.flags.folder, declared.spec.sinkRoots, connections);
  const source = checkout.value === undefined ? (isApp ? 'app' : 'files') : 'branch';
  return ok({ project: project.value, place, desired: desired.value, source, ownership, sinks, connections });
}

/** The folder that holds the newest commit. One that cannot be fetched is never meant to be applied manually. */
async function checkOut(context: CommandContext, branch: GitBranch): Promise<Result<string, Failure>> {
  const opened = await context.world.openBranch({
    ...branch,
    store: context.flags.store,
    folder: context.flags.folder,
  });
  if (!opened.ok) return failed(opened.error);
  const { id, trouble } = opened.value.commit();
  if (trouble) return failed(trouble);
  context.terminal.err(`Documents of commit ${id.slice(0, 12)}\n`);
  return ok(opened.value.folder);
}

/** The sinks of the working folder; without a project, of the folder as it is. */
export async function openSinks(
  context: CommandContext,
): Promise<Result<Pick<Documents, 'sinks' | 'connections'>, Failure>> {
  const project = await openProject(context);
  if (!project.ok && project.error.fault.code !== 'no_project') return project;
  const roots = project.ok ? project.value.project.spec.sinkRoots : ['.'];
  const connections = knownConnections();
  return ok({ sinks: context.world.openSinks(context.flags.folder, roots, connections), connections });
}

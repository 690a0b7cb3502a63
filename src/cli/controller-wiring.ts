/** What a controller works with, put together: the documents' source, the store, the sinks, this machine's identity. */

import { settled } from '../controller/debounce.js';
import { type PassFailure, passFailure, type ReadDocuments } from '../controller/documents.js';
import type { DriftPolicy } from '../controller/hold-back.js';
import type { Connection } from '../controller/loop.js';
import { pass } from '../controller/pass.js';
import { PROJECT_FILES } from '../documents/files.js';
import type { LoadedProject } from '../documents/load.js';
import type { Fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import { APP_IN_BRANCH, appOf, synthesizeApp } from './cdk-synth.js';
import { type KnownConnections, knownConnections } from './connections.js';
import type { Branch } from './dependencies.js';
import { reader, readProject } from './document-source.js';
import { locationOf } from './session.js';
import type { CommandContext, CommonFlags } from './terminal.js';

export interface Wanted {
  readonly drift: DriftPolicy;
  readonly intervalMs: DurationMs;
  /** Documents come from there, and not from the working folder. */
  readonly git: { readonly url: string; readonly branch: string | undefined } | undefined;
}

/** Fails as the branch, the project or the store do; then nothing is left open. A store that does not exist is created. */
export async function connect(
  context: CommandContext,
  wanted: Wanted,
): Promise<Result<Connection, PassFailure>> {
  const { world, flags } = context;
  if (wanted.git && flags.app !== undefined) return failed(APP_IN_BRANCH);
  const branch = wanted.git
    ? await world.openBranch({ ...wanted.git, store: flags.store, folder: flags.folder })
    : ok(undefined);
  if (!branch.ok) return failed(branch.error);
  const folder = branch.value?.folder ?? flags.folder;
  const project = await readProject(folder);
  if (!project.ok) return project;
  if (branch.value && appOf(flags, project.value) !== undefined) return failed(APP_IN_BRANCH);
  const { name, spec } = project.value.project;
  const place = { folder: flags.folder, ...locationOf(flags.store, spec.store), ...flags.access };
  const store = await world.openStore(place, 'create');
  if (!store.ok) return failed(store.error);
  const identity = await world.identity(place);
  if (!identity.ok) {
    await store.value.close();
    return failed(identity.error);
  }
  const source = {
    ...{ folder, branch: branch.value, memory: world.memory(place), readers: world.readers },
    ...{ started: project.value, hasOwnStore: flags.store !== undefined },
    synthesize: () => synthesizeApp(context, project.value),
  };
  const { clock } = world;
  const { silentSignal: signal } = context.terminal;
  const connections = knownConnections();
  connections.alsoLive(store.value);
  const read = declaring(connections, reader(source));
  const passWorld = {
    // A commit changes all at once.
    documents: branch.value ? read : settled(read, { clock, signal }),
    ...{
      clock,
      store: store.value,
      sealing: world.sealing,
      processes: world.processes,
      identity: identity.value,
    },
    sinks: world.openSinks(flags.folder, spec.sinkRoots, connections),
    ...{ actor: context.caller.actor, drift: wanted.drift },
  };
  return ok({
    project: name,
    store: store.value,
    pass: (signal) => pass({ ...passWorld, signal }),
    watchDocuments: watcher(context, {
      project: project.value,
      branch: branch.value,
      everyMs: wanted.intervalMs,
    }),
    close: () => store.value.close(),
  });
}

/** Sinks are reached as the newest documents say. */
const declaring =
  (connections: KnownConnections, read: ReadDocuments): ReadDocuments =>
  async () => {
    const documents = await read();
    if (documents.ok) connections.declare(documents.value.desired);
    return documents;
  };

interface Watched {
  readonly project: LoadedProject;
  readonly branch: Branch | undefined;
  readonly everyMs: DurationMs;
}

const watcher =
  ({ world, flags }: CommandContext, { project, branch, everyMs }: Watched): Connection['watchDocuments'] =>
  (listener) =>
    branch
      ? branch.follow(everyMs, listener)
      : world.watchPaths(flags.folder, [...PROJECT_FILES, ...sourcesOf(flags, project)], listener);

/** What an app is made of only it knows: the interval notices. */
const sourcesOf = (flags: CommonFlags, loaded: LoadedProject): readonly string[] =>
  appOf(flags, loaded) === undefined ? loaded.project.spec.specs : ['cdktf.json'];

const failed = (error: Fault) => fail(passFailure(error));

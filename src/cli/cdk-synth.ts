/** `--app`, or `app` in keywright.yaml: the desired state of a CDK app instead of the project's documents. */

import { type LoadedProject, type LoadedState, type LoadOptions, loadDesired } from '../documents/load.js';
import { fault } from '../domain/errors.js';
import type { Result } from '../domain/result.js';
import type { SynthesizedApp } from './dependencies.js';
import { badDocuments, type Failure, failed } from './failure.js';
import type { CommandContext, CommonFlags } from './terminal.js';

/** The command of the app that declares: of `--app`, else of keywright.yaml; undefined where documents do. */
export const appOf = ({ app }: CommonFlags, { project }: LoadedProject): string | undefined =>
  app ?? project.spec.app;

/** What a branch has is read, and nothing of it is run. */
export const APP_IN_BRANCH = fault(
  'usage',
  'an app (--app, or spec.app of keywright.yaml) cannot be used with --git: commit cdktf.out, and name it in spec.specs',
);

/** Runs the app that declares; undefined without one. */
export async function synthesizeApp(
  { flags, terminal, world }: CommandContext,
  project: LoadedProject,
): Promise<Result<SynthesizedApp> | undefined> {
  const { folder } = flags;
  const app = appOf(flags, project);
  if (app === undefined) return undefined;
  const onOutput = (text: string): void => terminal.err(text);
  return world.synthesize({ command: app, folder, onOutput, signal: terminal.silentSignal });
}

/** What an app declares, or else the project's documents. */
export async function readDesired(
  context: CommandContext,
  project: LoadedProject,
  options: LoadOptions,
): Promise<Result<LoadedState, Failure>> {
  const app = await synthesizeApp(context, project);
  if (app?.ok === false) return failed(app.error);
  try {
    const synthesized = app && { app: app.value.folder };
    const desired = await loadDesired(project, {
      ...options,
      ...synthesized,
      readers: context.world.readers,
    });
    return desired.ok ? desired : badDocuments(desired.error);
  } finally {
    await app?.value.discard();
  }
}

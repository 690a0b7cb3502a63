/** `--app`: the desired state of a CDK app instead of the project's documents. */

import { type LoadedProject, type LoadedState, type LoadOptions, loadDesired } from '../documents/load.js';
import type { Result } from '../domain/result.js';
import type { SynthesizedApp } from './dependencies.js';
import { badDocuments, type Failure, failed } from './failure.js';
import type { CommandContext } from './terminal.js';

/** Runs the app that `--app` names; undefined without one. */
export async function synthesizeApp({
  flags,
  terminal,
  world,
}: CommandContext): Promise<Result<SynthesizedApp> | undefined> {
  const { app, folder } = flags;
  if (app === undefined) return undefined;
  const onOutput = (text: string): void => terminal.err(text);
  return world.synthesize({ command: app, folder, onOutput, signal: terminal.silentSignal });
}

/** What `--app` declares, or else the project's documents. */
export async function readDesired(
  context: CommandContext,
  project: LoadedProject,
  options: LoadOptions,
): Promise<Result<LoadedState, Failure>> {
  const app = await synthesizeApp(context);
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

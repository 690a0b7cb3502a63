/** `keywright validate [PATH…]`: the documents alone; no store is opened. */

import type { LoadedProject } from '../../documents/load.js';
import { type Validation, validate as validateDocuments } from '../../documents/validate.js';
import { ok, type Result } from '../../domain/result.js';
import { counted } from '../../render/text-format.js';
import { synthesizeApp } from '../cdk-synth.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { badDocuments, type Failure, failed, failure } from '../failure.js';
import { printObject } from '../output.js';
import { openProject } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const validate: Command = {
  name: 'validate',
  arguments: [{ name: '[path...]', description: 'files and folders; default: those of the project' }],
  description:
    'Check documents without contacting a store: syntax, fields, references, duplicates, cycles, sink paths.',
  examples: ['keywright validate', 'keywright validate specs/billing.yaml'],
  run: async (context, input) => {
    const project = await openProject(context);
    if (!project.ok) return project;
    const checked = await check(context, project.value, input.list(0));
    if (!checked.ok) return checked;
    const { objects } = checked.value;
    if (context.flags.output === 'json') printObject('Validation', { valid: true, objects }, context);
    else context.terminal.out(`The documents are valid: ${counted(objects, 'object')} declared.\n`);
    return ok(EXIT.done);
  },
};

/** The files and folders that are named, or what `--app` declares, or the project's documents. */
async function check(
  context: CommandContext,
  project: LoadedProject,
  paths: readonly string[],
): Promise<Result<Validation, Failure>> {
  if (context.flags.app !== undefined && paths.length > 0)
    return failure('usage', 'use files and folders, or an app with --app, not both');
  const app = paths.length > 0 ? undefined : await synthesizeApp(context, project);
  if (app?.ok === false) return failed(app.error);
  try {
    const checked = await validateDocuments(project, app ? { app: app.value.folder } : { paths }, {
      readers: context.world.readers,
      now: context.world.clock.now(),
    });
    return checked.ok ? checked : badDocuments(checked.error);
  } finally {
    await app?.value.discard();
  }
}

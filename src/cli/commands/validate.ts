/** `keywright validate [PATH…]`: the documents alone; no store is opened. */
import { ok } from '../../domain/result.js';
import { validate as validateDocuments } from '../../spec/validate.js';
import { counted } from '../../view/words.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { badDocuments } from '../failure.js';
import { printJson } from '../render.js';
import { openProject } from '../session.js';

export const validate: Command = {
  name: 'validate',
  arguments: [{ name: '[path...]', description: "files and folders; without any, the project's" }],
  description: 'Check documents without a store: syntax, fields, references, duplicates, cycles, sink paths.',
  examples: ['keywright validate', 'keywright validate specs/billing.yaml'],
  run: async (context, input) => {
    const project = await openProject(context);
    if (!project.ok) return project;
    const checked = await validateDocuments(project.value, input.list(0));
    if (!checked.ok) return badDocuments(checked.error);
    const { objects } = checked.value;
    if (context.flags.output === 'json') printJson({ valid: true, objects }, context);
    else context.terminal.out(`The documents are right: ${counted(objects, 'object')} declared.\n`);
    return ok(EXIT.done);
  },
};

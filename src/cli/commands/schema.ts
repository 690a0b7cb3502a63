/** `keywright schema`: what editors check documents against. */
import { editorSchema } from '../../domain/kinds/document-schema.js';
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';

export const schema: Command = {
  name: 'schema',
  description: 'Print the JSON Schema of documents, with which editors complete and check YAML.',
  examples: ['keywright schema > keywright.schema.json'],
  run: async (context) => {
    context.terminal.out(`${JSON.stringify(editorSchema(), null, 2)}\n`);
    return ok(EXIT.done);
  },
};

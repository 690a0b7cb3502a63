/** `keywright schema`: what editors check documents against. */
import { editorSchema } from '../../domain/kinds/document-schema.js';
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { printJson } from '../output.js';

export const schema: Command = {
  name: 'schema',
  description: 'Print the JSON Schema of documents, with which editors complete and check YAML.',
  examples: ['keywright schema > keywright.schema.json'],
  run: async (context) => {
    printJson(editorSchema(), context);
    return ok(EXIT.done);
  },
};

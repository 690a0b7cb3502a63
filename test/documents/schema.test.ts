import { Ajv } from 'ajv';
import { documentSchema } from '../../src/domain/kinds/document-schema.js';
import { KINDS, type KindName } from '../../src/domain/kinds/index.js';

/** The checker does not look at its own schemas, for speed. */
it.each(Object.keys(KINDS) as KindName[])('the schema of %s is one, by the schema of schemas', (kind) => {
  const ajv = new Ajv({ allErrors: true });
  ajv.validateSchema(documentSchema(kind));
  expect(ajv.errors ?? []).toEqual([]);
});

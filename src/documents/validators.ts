/**
 * Compiles the JSON Schemas of kinds to code, with the formats they speak of. Compiling a kind takes ten to twenty
 * milliseconds: see `shape.ts` for how that is avoided.
 */
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { documentSchema } from '../domain/kinds/document-schema.js';
import type { KindName } from '../domain/kinds/index.js';
import { formats } from './formats.js';

/** An ajv that knows what our schemas say; with the schemas of no kind yet. */
export function schemaCompiler(options: Options): Ajv {
  const ajv = new Ajv({
    strict: true,
    allowUnionTypes: true,
    // Compiling the schema of schemas costs more than all of Keywright's: a test checks them against it instead.
    meta: false,
    validateSchema: false,
    ...options,
  });
  ajv.addKeyword('x-expects');
  ajv.addKeyword('x-one-of');
  ajv.addKeyword('x-fold');
  ajv.addKeyword('x-set');
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  return ajv;
}

/** Finds everything that is wrong with a document of that kind. */
export const validatorOf = compiledWith({ allErrors: true, verbose: true });

/** Stops at the first thing that is wrong. */
export const firstFaultOf = compiledWith({});

function compiledWith(options: Options): (kind: KindName) => ValidateFunction {
  let compiler: Ajv | undefined;
  const validators = new Map<KindName, ValidateFunction>();
  return (kind) => {
    const known = validators.get(kind);
    if (known) return known;
    // Making the code of a validator shorter takes longer than all that it would save.
    compiler ??= schemaCompiler({ ...options, code: { optimize: false } });
    const validate = compiler.compile(documentSchema(kind));
    validators.set(kind, validate);
    return validate;
  };
}

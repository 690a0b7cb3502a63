/** A declaration from the wire, checked as a document is: the shape of its kind, and the rules across its fields. */
import { Ajv, type ValidateFunction } from 'ajv';
import { fault } from '../../../domain/errors.js';
import { documentSchema } from '../../../domain/kinds/document-schema.js';
import { kindOf, type ObjectKind } from '../../../domain/kinds/index.js';
import { normalForm } from '../../../domain/kinds/normal-form.js';
import { type Metadata, REPLACED_BY } from '../../../domain/metadata.js';
import { type Declaration, isLabel } from '../../../domain/objects.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { parseDuration, parseInstant } from '../../../domain/time.js';

const ajv = new Ajv({ strict: true, allowUnionTypes: true, meta: false, validateSchema: false });
ajv.addKeyword('x-expects');
ajv.addKeyword('x-one-of');
ajv.addKeyword('x-fold');
ajv.addKeyword('x-set');
ajv.addFormat('duration', (text: string) => parseDuration(text).ok);
ajv.addFormat('instant', (text: string) => parseInstant(text).ok);

const compiled = new Map<ObjectKind, ValidateFunction>();

function validatorOf(kind: ObjectKind): ValidateFunction {
  const known = compiled.get(kind);
  if (known !== undefined) return known;
  const made = ajv.compile(documentSchema(kind));
  compiled.set(kind, made);
  return made;
}

/** `document`: declared objects have DNS labels for names; manual ones may have any name. */
export type Naming = 'document' | 'any';

/** The same in normal form. `invalid_documents` names the first field that is wrong. */
export function checkDeclaration(declaration: Declaration, naming: Naming): Result<Declaration> {
  const { kind, spec } = declaration;
  const metadata = withoutNote(declaration.metadata);
  const known = naming === 'document' || isLabel(metadata.name);
  const named = known ? metadata : { ...metadata, name: 'any-name' };
  const validate = validatorOf(kind);
  if (!validate({ kind, metadata: named, spec })) {
    const [first] = validate.errors ?? [];
    const at = first?.instancePath.slice(1).replaceAll('/', '.') || 'the document';
    return wrong(declaration, `${at} ${first?.message ?? 'is invalid'}`);
  }
  const [problem] = kindOf(kind).check(spec, metadata);
  if (problem !== undefined) return wrong(declaration, `${problem.path} ${problem.message}`);
  return ok({ ...declaration, spec: normalForm(kindOf(kind).schema, spec) } as Declaration);
}

/** A reconciler notes on a replaced key what replaced it, which no document may say. */
function withoutNote(metadata: Metadata): Metadata {
  const { [REPLACED_BY]: successor, ...annotations } = metadata.annotations ?? {};
  return successor !== undefined && isLabel(successor) ? { ...metadata, annotations } : metadata;
}

const wrong = ({ kind, metadata }: Declaration, what: string): Result<never> =>
  fail(fault('invalid_documents', `${kind}/${metadata.name}: ${what}`));

/**
 * A stack checked as its documents would be: fields, rules across fields, names declared twice. A resource with
 * values that only Terraform knows is left to Terraform; policies are stricter (policies.ts).
 */
import type { TerraformStack } from 'cdktf';
import { schemaComplaints } from '../documents/schema.js';
import { readStack, type StackDocument } from '../documents/stacks/stack.js';
import { kindOf } from '../domain/kinds/index.js';
import { normalForm } from '../domain/kinds/normal-form.js';
import type { Metadata } from '../domain/metadata.js';
import { tokenIn } from '../domain/secret.js';

/** Sentences, each with the construct that it is about. */
export function stackProblems(stack: TerraformStack): readonly string[] {
  const declared = new Map<string, string>();
  return readStack(stack.toTerraform()).documents.flatMap((one) => {
    const name = keyOf(one);
    const first = declared.get(name);
    declared.set(name, first ?? one.construct);
    const twice = first === undefined ? [] : [`${name} is also declared by ${first}: declare it once`];
    const isKnown = one.refusals.every(({ about }) => about !== 'value');
    return [...(isKnown ? problemsOf(one) : []), ...twice].map((problem) => `${one.construct}: ${problem}`);
  });
}

/** The natural key, of a document that may be wrong. */
function keyOf({ kind, document: { metadata, spec } }: StackDocument): string {
  const environment = kindOf(kind).within === undefined ? [] : [spec['environment']];
  return [kind, ...environment, metadata['name']].map(String).join('/');
}

function problemsOf({ kind, document }: StackDocument): readonly string[] {
  if (tokenIn(JSON.stringify(document)) !== undefined)
    return [
      'holds a token of Keywright, which everybody who reads the stack would see: remove it and revoke its key',
    ];
  const complaints = schemaComplaints(kind, document);
  if (complaints.length > 0)
    return complaints.map(({ path, message, help }) =>
      sentence(path.join('.'), help === undefined ? message : `${message} (${help})`),
    );
  const { schema, check } = kindOf(kind);
  // The schema has just vouched for this shape.
  const metadata = document.metadata as Readonly<Record<string, unknown>> & Metadata;
  const problems = check(normalForm<unknown>(schema, document.spec), metadata);
  return problems.map(({ path, message }) => sentence(path, message));
}

const sentence = (path: string, message: string): string => (path === '' ? message : `${path} ${message}`);

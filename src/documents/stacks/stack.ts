/**
 * One synthesized stack (`cdk.tf.json`) as documents: its resources of our kinds, with references between them
 * resolved. What only Terraform could work out is refused, naming the construct. Other resources are not read.
 */
import { isObjectKind, KINDS, type KindName, kindOf, type ObjectKind } from '../../domain/kinds/index.js';
import { PROVIDER_NAME, resourceShape } from '../../domain/kinds/resource.js';
import {
  documentOfAttributes,
  type UncheckedDocument,
  type Values,
} from '../../domain/kinds/resource-values.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { type Part, partsOf } from './expression.js';

/** A document and the construct that declares it. */
export interface StackDocument {
  /** `platform/prod/stripe-sync` */
  readonly construct: string;
  readonly kind: ObjectKind;
  /** Values that cannot be read stand in it as they are: `${var.name}`. */
  readonly document: UncheckedDocument;
  readonly refusals: readonly Refusal[];
}

/** Something that cannot be read without Terraform. The message is a sentence of its own. */
export interface Refusal {
  readonly construct: string;
  /** A value that is not known, an argument that means something to Terraform alone, or a type that there is not. */
  readonly about: 'value' | 'argument' | 'type';
  readonly message: string;
  readonly help?: string;
}

export interface ReadStack {
  readonly documents: readonly StackDocument[];
  /** Of all documents, and of what is no document. */
  readonly refusals: readonly Refusal[];
}

interface Resource {
  readonly kind: ObjectKind;
  readonly construct: string;
  readonly attributes: Values;
}

/** Every Keywright resource by its address: `keywright_environment.prod`. */
type Resources = ReadonlyMap<string, Resource>;

const KIND_OF_TYPE: ReadonlyMap<string, ObjectKind> = new Map(
  (Object.keys(KINDS) as KindName[])
    .filter(isObjectKind)
    .map((kind) => [resourceShape(kindOf(kind)).type, kind]),
);

/** Arguments that Terraform has on every resource, and what to do about those that mean something only to it. */
const META: Readonly<Record<string, string | undefined>> = {
  depends_on: undefined,
  provider: 'a project has one store: use a separate app and keywright.yaml for objects of another store',
  count: 'create the constructs in a loop of the app',
  for_each: 'create the constructs in a loop of the app',
  lifecycle: 'to protect an object from being removed, set protect: true',
  provisioner: 'use provisioners on a resource of Terraform that the key triggers',
  connection: 'use connections on a resource of Terraform',
};

/** Longer chains of references were not written by a person. */
const DEPTH_MAX = 32;

export function readStack(json: unknown): ReadStack {
  const resources = new Map<string, Resource>();
  const refusals: Refusal[] = [];
  for (const [type, named] of Object.entries(mapping(mapping(json)['resource']))) {
    const kind = KIND_OF_TYPE.get(type);
    for (const [name, value] of Object.entries(mapping(named))) {
      const resource = kind && resourceOf(kind, `${type}.${name}`, value);
      if (resource) resources.set(`${type}.${name}`, resource);
      else if (type.startsWith(`${PROVIDER_NAME}_`))
        refusals.push({
          construct: constructOf(value) ?? `${type}.${name}`,
          about: 'type',
          message: `unknown resource ${type}`,
          help: `known resources: ${[...KIND_OF_TYPE.keys()].join(', ')}`,
        });
    }
  }
  const documents = [...resources.values()].map((resource) => documentOf(resource, resources));
  return { documents, refusals: [...refusals, ...documents.flatMap((one) => one.refusals)] };
}

function resourceOf(kind: ObjectKind, address: string, value: unknown): Resource {
  const { '//': _, ...attributes } = mapping(value);
  return { kind, construct: constructOf(value) ?? address, attributes };
}

function constructOf(value: unknown): string | undefined {
  const { path } = mapping(mapping(mapping(value)['//'])['metadata']);
  // The inner resource of a construct is named Default, which says nothing to people.
  return typeof path === 'string' ? path.replace(/\/Default$/, '') : undefined;
}

function documentOf({ kind, construct, attributes }: Resource, resources: Resources): StackDocument {
  const refusals: Refusal[] = [];
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (Object.hasOwn(META, name)) {
      const help = META[name];
      if (help !== undefined && isMeant(name, value))
        refusals.push({ construct, about: 'argument', message: `${name} needs Terraform`, help });
      continue;
    }
    const resolved = resolve(value, { resources, depth: 0, at: name });
    read[name] = resolved.ok ? resolved.value : value;
    if (!resolved.ok) refusals.push({ construct, about: 'value', ...resolved.error });
  }
  return { construct, kind, document: documentOfAttributes(kindOf(kind), read), refusals };
}

/** Does an argument ask for something? A provider does by its alias, as another store than the project's. */
const isMeant = (name: string, value: unknown): boolean =>
  name === 'provider'
    ? String(value).includes('.')
    : value !== null && !(Array.isArray(value) && value.length === 0);

interface Place {
  readonly resources: Resources;
  readonly depth: number;
  /** The attribute, for people: `deliver.0.dotenv.path`. */
  readonly at: string;
}

type Trouble = Pick<Refusal, 'message' | 'help'>;

function resolve(value: unknown, place: Place): Result<unknown, Trouble> {
  if (place.depth > DEPTH_MAX)
    return fail({ message: `${place.at} is nested or refers more than ${DEPTH_MAX} levels deep` });
  if (typeof value === 'string') return textOf(value, place);
  if (typeof value !== 'object' || value === null) return ok(value);
  const members: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    const resolved = resolve(member, { ...place, depth: place.depth + 1, at: `${place.at}.${key}` });
    if (!resolved.ok) return resolved;
    members.push([key, resolved.value]);
  }
  return ok(Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members));
}

/** A reference alone may be to anything; within text, to text only. */
function textOf(text: string, place: Place): Result<unknown, Trouble> {
  const parts = partsOf(text);
  if (!parts.ok) return fail(unreadable(place, parts.error));
  const values: unknown[] = [];
  for (const part of parts.value) {
    const value = partOf(part, place);
    if (!value.ok) return value;
    values.push(value.value);
  }
  if (values.length === 1) return ok(values[0]);
  if (values.every((value) => typeof value === 'string')) return ok(values.join(''));
  return fail(unreadable(place, text));
}

function partOf(part: Part, place: Place): Result<unknown, Trouble> {
  if (part.kind === 'text') return ok(part.text);
  const [type = '', name = '', ...attributes] = part.path;
  const target = place.resources.get(`${type}.${name}`);
  const expression = `\${${part.path.join('.')}}`;
  if (target === undefined || attributes.length === 0) return fail(unreadable(place, expression));
  let found: unknown = target.attributes;
  for (const attribute of attributes) found = mapping(found)[attribute];
  if (found !== undefined && found !== null) return resolve(found, { ...place, depth: place.depth + 1 });
  return fail({
    message: `${place.at} is ${expression}, which ${target.construct} does not set`,
    help: 'facts of live objects, such as ids, are known only to Terraform',
  });
}

const unreadable = ({ at }: Place, expression: string): Trouble => ({
  message: `${at} is ${expression}, which needs Terraform`,
  help: 'use the value, or refer to an attribute of another Keywright resource in the same stack',
});

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** What all constructs of level 2 have in common: their name, their head in the document, and how they refer to one another. */
import { TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { PREVIOUS_NAME, PROTECT } from '../domain/metadata.js';
import type { DeclaredProps, INamed } from './named.js';
import { literal } from './text.js';

/** What has a name. As it is, something live that the app refers to and does not declare. */
export class Named extends Construct implements INamed {
  readonly name: string;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    this.name = name;
  }
}

interface Head {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** The part of a resource that every kind has. */
export function headOf(id: string, props: DeclaredProps): Head {
  const annotations = {
    ...props.annotations,
    ...(props.protect !== undefined && { [PROTECT]: String(props.protect) }),
    ...(props.previousName !== undefined && { [PREVIOUS_NAME]: props.previousName }),
  };
  return literal({
    name: props.name ?? id,
    labels: props.labels,
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
  });
}

/**
 * How a resource at `from` says `target`: by a reference, so that Terraform makes it first. Between stacks by its
 * name, and one stack after the other: Terraform would need the state of the other stack for a reference.
 */
export function refer(from: IConstruct, target: INamed): string {
  if (!Construct.isConstruct(target))
    throw notGiven(from, target, 'a construct: declare it, or look it up with fromName');
  if (target.resource === undefined) return literal(target.name);
  const [here, there] = [TerraformStack.of(from), TerraformStack.of(target)];
  if (here === there) return target.resource.name;
  here.addDependency(there);
  return literal(target.name);
}

/** JavaScript has no compiler that would have said so. */
export const notGiven = (at: IConstruct, value: unknown, wanted: string): Error =>
  new Error(
    `${at.node.path}: got ${typeof value === 'string' ? JSON.stringify(value) : String(value)}, expected ${wanted}`,
  );

/** Does `construct` carry the mark of a class? By symbol, as one app may hold two copies of this library. */
export const isMarked = (construct: unknown, mark: symbol): boolean =>
  typeof construct === 'object' && construct !== null && mark in construct;

export const mark = (construct: object, symbol: symbol): void => {
  Object.defineProperty(construct, symbol, { value: true });
};

/** The parts of a JSON Schema: which of them have no bound, and which are lists. */

/** Sets of texts are compared once; others pair by pair, so they are small. */
const SET_OF_TEXTS_MAX = 1_000;
const SET_MAX = 200;

type Node = Readonly<Record<string, unknown>>;

/** `/spec/deliver: a list without maxItems`, for each part without a bound; empty when all is bounded. */
export function unboundedParts(schema: unknown, at = ''): readonly string[] {
  if (schema === false) return [];
  const node: Node = schema === true ? {} : (schema as Node);
  // What is in it has its bound; only a comparison of pairs costs more than its size.
  if (has(node, 'x-max-bytes')) return children(node, at).filter((fault) => fault.includes(': a set'));
  return [...ownFaults(node).map((fault) => `${at || '/'}: ${fault}`), ...children(node, at)];
}

const has = (node: Node, keyword: string): boolean => node[keyword] !== undefined;

function ownFaults(node: Node): readonly string[] {
  if (has(node, 'enum') || has(node, 'const')) return [];
  if (['anyOf', 'oneOf', 'allOf', '$ref'].some((one) => has(node, one)))
    return has(node, '$ref') ? ['a reference'] : [];
  const types = [node['type']].flat();
  return types.flatMap((type): readonly string[] => {
    switch (type) {
      case 'string':
        return has(node, 'maxLength') ? [] : ['a text without maxLength'];
      case 'array':
        return arrayFaults(node);
      case 'object':
        return isOpen(node) && !has(node, 'maxProperties') ? ['a record without maxProperties'] : [];
      case 'boolean':
      case 'null':
      case 'integer':
      case 'number':
        return [];
      default:
        return ['anything, without x-max-bytes'];
    }
  });
}

function arrayFaults(node: Node): readonly string[] {
  if (!has(node, 'maxItems')) return ['a list without maxItems'];
  if (node['uniqueItems'] !== true) return [];
  const max = (node['items'] as Node | undefined)?.['type'] === 'string' ? SET_OF_TEXTS_MAX : SET_MAX;
  return Number(node['maxItems']) > max ? [`a set of more than ${max}`] : [];
}

const isOpen = (node: Node): boolean =>
  node['additionalProperties'] !== false || has(node, 'patternProperties');

/** Every list in a schema, wherever it stands. */
export function listsIn(schema: unknown, at = ''): readonly { readonly at: string; readonly node: Node }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const node = schema as Node;
  const below = parts(node, at).flatMap((part) => listsIn(part.schema, part.at));
  return node['type'] === 'array' ? [{ at: at || '/', node }, ...below] : below;
}

const children = (node: Node, at: string): readonly string[] =>
  parts(node, at).flatMap((part) => unboundedParts(part.schema, part.at));

interface Part {
  readonly at: string;
  readonly schema: unknown;
}

function parts(node: Node, at: string): readonly Part[] {
  const named = ['properties', 'patternProperties'].flatMap((keyword) =>
    Object.entries((node[keyword] ?? {}) as Node).map(([name, schema]) => ({ at: `${at}/${name}`, schema })),
  );
  const unnamed = ['items', 'additionalProperties'].flatMap((keyword) =>
    typeof node[keyword] === 'object' ? [{ at: `${at}/${keyword}`, schema: node[keyword] }] : [],
  );
  const names = has(node, 'propertyNames')
    ? [{ at: `${at}/propertyNames`, schema: { type: 'string', ...(node['propertyNames'] as Node) } }]
    : [];
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) =>
    ((node[keyword] ?? []) as readonly unknown[]).map((schema, index) => ({ at: `${at}|${index}`, schema })),
  );
  return [...named, ...unnamed, ...names, ...branches];
}

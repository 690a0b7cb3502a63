/**
 * A document that is declared once for each combination of values (ADR 32): `${name}` in its strings is replaced, and
 * nothing is evaluated. What comes out has the shape of the document, so an error is where the document has the field.
 */

import { PREVIOUS_NAME } from '../domain/metadata.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { FieldComplaint } from './schema.js';
import { didYouMean } from './suggest.js';
import type { Path } from './tree.js';

/** One of the documents that one stands for. */
export interface Variant {
  readonly value: unknown;
  /** `service: mail, environment: staging`; empty of a document without a matrix. */
  readonly label: string;
}

type Values = Readonly<Record<string, string>>;
type Mapping = Readonly<Record<string, unknown>>;

/** More of them are a list that a program made, which can make documents as well. */
const COMBINATIONS_MAX = 1_000;
const NAME = /^[a-z][A-Za-z0-9]{0,31}$/;
/** Beside the names: which combinations are left out, and what values were called before. */
const RESERVED: ReadonlySet<string> = new Set(['exclude', 'previous']);

/** The document itself where it has no matrix; else each combination, in the order of the lists. */
export function variantsOf(document: unknown): Result<readonly Variant[], readonly FieldComplaint[]> {
  if (!isMapping(document) || !('matrix' in document)) return ok([{ value: document, label: '' }]);
  const { matrix, ...template } = document;
  if (template['kind'] === 'Project') return fail([complaint(['matrix'], 'a Project has no matrix')]);
  const lists = listsOf(matrix);
  if (!lists.ok) return lists;
  const known = Object.keys(lists.value);
  const used = new Set<string>();
  const unknown = placeholderComplaints(template, known, used);
  const unused = known.filter((name) => !used.has(name));
  const wrong = [
    ...unknown,
    ...unused.map((name) =>
      complaint(['matrix', name], `\${${name}} is used nowhere in the document`, 'key'),
    ),
  ];
  if (wrong.length > 0) return fail(wrong);
  const { exclude, previous } = matrix as Mapping;
  const count = known.reduce((product, name) => product * (lists.value[name]?.length ?? 0), 1);
  if (count > COMBINATIONS_MAX)
    return fail([complaint(['matrix'], `comes to ${count} documents, more than ${COMBINATIONS_MAX}`)]);
  const combinations = combined(lists.value).filter((values) => !isExcluded(values, exclude));
  if (combinations.length === 0) return fail([complaint(['matrix'], 'exclude leaves no combination')]);
  return ok(
    combinations.map((values) => ({ value: filled(template, values, previous), label: labelOf(values) })),
  );
}

function listsOf(
  matrix: unknown,
): Result<Readonly<Record<string, readonly string[]>>, readonly FieldComplaint[]> {
  const shape = 'matrix is a mapping of one to three names to lists of texts';
  if (!isMapping(matrix)) return fail([complaint(['matrix'], shape)]);
  const names = Object.keys(matrix).filter((name) => !RESERVED.has(name));
  if (names.length < 1 || names.length > 3) return fail([complaint(['matrix'], shape)]);
  const wrong = names.flatMap((name): readonly FieldComplaint[] => {
    if (!NAME.test(name))
      return [
        complaint(
          ['matrix', name],
          `"${name}" is no name for a list: letters and digits, e.g. service`,
          'key',
        ),
      ];
    const list = matrix[name];
    if (!Array.isArray(list) || list.length === 0)
      return [complaint(['matrix', name], 'must be a list of texts')];
    return list.flatMap((one: unknown, at) => {
      if (typeof one !== 'string')
        return [complaint(['matrix', name, at], 'must be a text; put it in quotes')];
      return list.indexOf(one) < at
        ? [complaint(['matrix', name, at], `"${one}" is in the list already`)]
        : [];
    });
  });
  const { exclude = [], previous = {} } = matrix;
  const areCombinations = Array.isArray(exclude) && exclude.every((one) => isValues(one, names));
  if (!areCombinations)
    wrong.push(complaint(['matrix', 'exclude'], `must be a list of mappings of ${names.join(', ')}`));
  const areRenames =
    isMapping(previous) &&
    Object.entries(previous).every(([name, of]) => names.includes(name) && isValues(of));
  if (!areRenames)
    wrong.push(
      complaint(
        ['matrix', 'previous'],
        `must map ${names.join(', ')} to former values, as { service: { mail: post } }`,
      ),
    );
  return wrong.length > 0
    ? fail(wrong)
    : ok(Object.fromEntries(names.map((name) => [name, matrix[name] as string[]])));
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isValues = (value: unknown, names?: readonly string[]): value is Values =>
  isMapping(value) &&
  Object.entries(value).every(([name, one]) => typeof one === 'string' && (names?.includes(name) ?? true));

const combined = (lists: Readonly<Record<string, readonly string[]>>): readonly Values[] =>
  Object.entries(lists).reduce<readonly Values[]>(
    (before, [name, list]) => before.flatMap((values) => list.map((value) => ({ ...values, [name]: value }))),
    [{}],
  );

const isExcluded = (values: Values, exclude: unknown): boolean =>
  ((exclude ?? []) as readonly Values[]).some((one) =>
    Object.entries(one).every(([name, value]) => values[name] === value),
  );

const labelOf = (values: Values): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');

/** `$${` stands for itself. */
const PLACEHOLDER = /\$(\$\{)|\$\{([^}]*)\}/g;

/** The template with these values; one that had another value before says what it was called then. */
function filled(template: Mapping, values: Values, previous: unknown): unknown {
  const former = (previous ?? {}) as Readonly<Record<string, Values>>;
  const before = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, former[name]?.[value] ?? value]),
  );
  const made = substituted(template, values) as Mapping;
  const { metadata } = made;
  const { name } = (substituted(template, before) as { readonly metadata?: Mapping }).metadata ?? {};
  if (!isMapping(metadata) || name === metadata['name'] || !isMapping(metadata['annotations'] ?? {}))
    return made;
  const annotations = { [PREVIOUS_NAME]: name, ...(metadata['annotations'] as Mapping | undefined) };
  return { ...made, metadata: { ...metadata, annotations } };
}

function substituted(value: unknown, values: Values): unknown {
  if (typeof value === 'string')
    return value.replace(
      PLACEHOLDER,
      (_, literal?: string, name?: string) => literal ?? values[name ?? ''] ?? '',
    );
  if (Array.isArray(value)) return value.map((one) => substituted(one, values));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substituted(one, values)]));
}

/** Notes in `used` which names there are. */
function placeholderComplaints(
  value: unknown,
  known: readonly string[],
  used: Set<string>,
  path: Path = [],
): readonly FieldComplaint[] {
  if (typeof value === 'string')
    return [...value.matchAll(PLACEHOLDER)].flatMap(([text, literal, name = '']) => {
      used.add(name);
      if (literal !== undefined || known.includes(name)) return [];
      const help = didYouMean(name, known) ?? `matrix has ${known.join(', ')}`;
      return [{ ...complaint(path, `${text} names nothing in matrix`), help }];
    });
  if (Array.isArray(value))
    return value.flatMap((one, at) => placeholderComplaints(one, known, used, [...path, at]));
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    placeholderComplaints(one, known, used, [...path, key]),
  );
}

const complaint = (path: Path, message: string, part: FieldComplaint['part'] = 'value'): FieldComplaint => ({
  path,
  part,
  code: 'broken_rule',
  message,
});

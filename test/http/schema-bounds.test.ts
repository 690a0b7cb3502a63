/**
 * Every input has a bound, and the bound is checked first. Nothing is timed: bounds are counted in the schemas
 * themselves, and so are the items that a check looks at before it refuses a list that is too long.
 */
import { schemaComplaints } from '../../src/documents/schema.js';
import { documentSchema } from '../../src/domain/kinds/document-schema.js';
import { KINDS, type KindName } from '../../src/domain/kinds/index.js';
import { checkOf } from '../../src/http/request-validation.js';
import { ROUTES } from '../../src/main/routes.js';
import { STORE } from '../../src/protocol/store-protocol.js';
import { listsIn, unboundedParts } from '../support/schema-parts.js';

const routes = ROUTES.flatMap((route) =>
  (['params', 'query', 'body'] as const).flatMap((part) => {
    const schema: object | undefined = route[part];
    return schema === undefined ? [] : [[`${route.method} ${route.path} ${part}`, schema] as const];
  }),
);
const operations = Object.values(STORE).map(({ path, sent }) => [`${path} sent`, sent as object] as const);
const kinds = (Object.keys(KINDS) as KindName[]).map(
  (kind) => [`${kind} document`, documentSchema(kind) as object] as const,
);
const all = [...routes, ...operations, ...kinds];

test.each(all)('%s: every list, text and record has a bound', (_, schema) => {
  expect(unboundedParts(schema)).toEqual([]);
});

test('schemas: there are as many as the routes, the calls of the store and the kinds have', () => {
  expect(routes.length).toBeGreaterThan(200);
  expect([operations.length, kinds.length]).toEqual([Object.keys(STORE).length, Object.keys(KINDS).length]);
});

test.each<[string, object]>([
  ['a text', { type: 'string', pattern: '^[a-z]{1,5}$' }],
  ['a list', { type: 'array', items: { type: 'boolean' } }],
  ['a record', { type: 'object', additionalProperties: { type: 'boolean' } }],
  ['an object that takes more', { type: 'object', properties: { a: { type: 'null' } } }],
  ['anything', {}],
  [
    'a large set of objects',
    { type: 'array', uniqueItems: true, maxItems: 500, items: { type: 'object', maxProperties: 1 } },
  ],
  [
    'a text in a list in a record',
    {
      type: 'object',
      maxProperties: 1,
      additionalProperties: { type: 'array', maxItems: 1, items: { type: 'string' } },
    },
  ],
])('the search for bounds finds %s without one', (_, schema) => {
  expect(unboundedParts(schema)).toHaveLength(1);
});

/** A list that is longer than any, and counts which of its items are looked at. */
function countedList(length: number): { readonly list: unknown[]; seen(): number } {
  let seen = 0;
  const list = new Proxy(new Array<unknown>(length), {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) seen++;
      return key === 'length' ? length : Reflect.get(target, key);
    },
  });
  return { list, seen: () => seen };
}

const lists = all.flatMap(([name, schema]) =>
  listsIn(schema).map(({ at, node }) => [`${name} ${at}`, node] as const),
);

test.each(lists.filter(([name]) => !name.endsWith('document')))(
  '%s: a list that is too long is refused unread',
  (_, node) => {
    const { list, seen } = countedList(100_000);
    const checked = checkOf(node as never, 'body')(list);
    expect([checked.ok, seen()]).toEqual([false, 0]);
  },
);

test('documents: a list that is too long is refused unread, with its place', () => {
  const { list, seen } = countedList(100_000);
  const document = {
    apiVersion: 'keywright.dev/v1',
    kind: 'Service',
    metadata: { name: 'billing' },
    spec: { permissions: list },
  };
  expect(schemaComplaints('Service', document)).toEqual([
    {
      path: ['spec', 'permissions'],
      part: 'value',
      code: 'bad_value',
      message: 'must have at most 64 items',
    },
  ]);
  expect(seen()).toBe(0);
});

test('a body within bounds: everything that is wrong is named', () => {
  const route = ROUTES.find(({ id }) => id === 'verifyKey');
  const checked = checkOf(route?.body as never, 'body')({ key: 1, environment: 2, permission: 3 });
  expect(checked.ok ? [] : checked.error.errors?.map(({ key }) => key)).toEqual([
    'body.key',
    'body.environment',
    'body.permission',
  ]);
});

test('a body with thousands of members that are unknown: one error says so', () => {
  const route = ROUTES.find(({ id }) => id === 'verifyKey');
  const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`m${index}`, 1]));
  const checked = checkOf(route?.body as never, 'body')(body);
  expect(checked.ok ? [] : checked.error.errors).toEqual([
    { key: 'body', message: expect.stringMatching(/at most \d+ members/) },
  ]);
});

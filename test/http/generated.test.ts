/**
 * Requests generated from /openapi.json, right ones and wrong ones: none is answered 500, and each answer is as
 * described. `KEYWRIGHT_GENERATED=100000` for all of them; a share otherwise, of another seed by `KEYWRIGHT_SEED`. What
 * fails is named, each once, and the share continues; the same seed and number give the same requests again.
 */

import fc from 'fast-check';
import { effort } from '../support/effort.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { apiKey, service } from '../support/store.js';

const REQUESTS = effort({ complete: 1_000, otherwise: 300, variable: 'KEYWRIGHT_GENERATED' });
const AT_ONCE = 8;

const place = httpPlace();

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** Names that are there, so that some requests get far. */
const KNOWN = [
  'app',
  'billing',
  'production',
  'development',
  'owner',
  'production-sk',
  'spaces:read',
  'nobody',
];

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...KNOWN) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '__proto__',
      'constructor',
      '../x',
      'a\u202eb',
      '%00',
      'us_key_0',
      'x'.repeat(5_000),
    ),
  },
);

function valueFor(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueFor));
  switch (schema.type) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const members = Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, valueFor(one)]),
      );
      return fc.record(members, { requiredKeys: required.filter((name) => name in members) });
    }
    case 'array':
      return fc.array(valueFor(schema.items ?? {}), { maxLength: 3 });
    case 'integer':
    case 'number':
      return fc.integer({
        min: Math.ceil(Math.max(schema.minimum ?? -5, -5)),
        max: Math.floor(Math.min(schema.maximum ?? 50, 50)),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      if (schema.format === 'date-time' || schema.format === 'instant')
        return fc.constantFrom('2027-06-01T00:00:00Z', '2020-01-01T00:00:00Z', 'tomorrow');
      if (schema.format === 'duration') return fc.constantFrom('90d', 'PT1H', '0s', '1e400d');
      if (schema.pattern?.includes('@')) return fc.oneof(fc.constant('ada@example.com'), text);
      return text;
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** As described, as a rule; else with a member too many, a value of another type, or nothing like it. */
const bodyOf = (schema: Schema): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: valueFor(schema) },
    { weight: 1, arbitrary: valueFor(schema).map((body) => ({ ...(body as object), surplus: 1 })) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom('{', '"\\ud800"', '[[[[', '{"a":1,"a":2}', 'null', '') },
  );

interface Generated {
  readonly line: string;
  readonly body: unknown;
  readonly hasToken: boolean;
}

function requestTo(path: string, method: string, operation: Operation): fc.Arbitrary<Generated> {
  const { parameters = [], requestBody } = operation;
  const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => [name, text]);
  const inQuery = parameters
    .filter((one) => one.in === 'query')
    .map(({ name, schema }) => [name, valueFor(schema)]);
  const [content] = Object.values(requestBody?.content ?? {});
  return fc
    .record({
      params: fc.record(Object.fromEntries(inPath) as Record<string, fc.Arbitrary<string>>),
      query: fc.record(Object.fromEntries(inQuery) as Record<string, fc.Arbitrary<unknown>>, {
        requiredKeys: [],
      }),
      body: content === undefined ? fc.constant(undefined) : bodyOf(content.schema),
      hasToken: fc.integer({ min: 0, max: 9 }).map((one) => one > 0),
    })
    .map(({ params, query, body, hasToken }) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(params[name] ?? 'x') || 'x');
      const asked = Object.entries(query).map(([name, value]) => `${name}=${encoded(String(value))}`);
      return {
        line: `${method} /v1${filled}${asked.length > 0 ? `?${asked.join('&')}` : ''}`,
        body,
        hasToken,
      };
    });
}

/** Halves of characters cannot be sent at all. */
const encoded = (value: string): string =>
  encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, ''))
    .slice(0, 2_000)
    .replace(/%.?$/, '');

/** What would end the test's own way in, or last for ever. */
const LEFT_OUT = new Set([
  'GET /changes',
  'GET /store/watch',
  'PATCH /accounts/current',
  'DELETE /users/{id}',
]);

async function operations(server: TestServer): Promise<readonly fc.Arbitrary<Generated>[]> {
  const { body } = await server.ask('GET /openapi.json');
  const { schemas } = body.components;
  const resolved = JSON.parse(JSON.stringify(body.paths), (_, value) =>
    typeof value?.$ref === 'string' && value.$ref.startsWith('#/components/schemas/')
      ? schemas[value.$ref.split('/').at(-1)]
      : value,
  ) as Record<
    string,
    Record<string, Operation & { readonly responses: Record<number, { content?: object }> }>
  >;
  return Object.entries(resolved).flatMap(([path, methods]) =>
    Object.entries(methods)
      // Root paths have servers of their own, and no prefix.
      .filter(([, one]) => 'responses' in one && !('servers' in methods))
      .filter(([method]) => !LEFT_OUT.has(`${method.toUpperCase()} ${path}`))
      .map(([method, operation]) => requestTo(path, method.toUpperCase(), operation)),
  );
}

test(`of ${REQUESTS} generated requests none is answered 500, and each answer is as described`, async () => {
  const server = await place.start();
  await server.hand.create(service('billing'));
  await server.hand.create(apiKey('app', { owner: { service: 'billing' } }));
  const seed = Number(process.env['KEYWRIGHT_SEED'] ?? 20_270_101);
  const requests = fc.sample(fc.oneof(...(await operations(server))), { numRuns: REQUESTS, seed });
  const statuses = new Map<number, number>();
  const wrong = new Map<string, string>();
  const tryOne = async ({ line, body, hasToken }: Generated): Promise<void> => {
    const asked = { ...(hasToken && { token: ROOT }), ...(body !== undefined && { body }) };
    try {
      const { status, text: said } = await server.ask(line, asked);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500) throw new Error(`${status}: ${said}`);
    } catch (error) {
      const [route = ''] = line.split('?');
      wrong.set(route, `${line} ${JSON.stringify(body)?.slice(0, 2_000)}: ${String(error)}`);
    }
  };
  for (let from = 0; from < requests.length; from += AT_ONCE)
    await Promise.all(requests.slice(from, from + AT_ONCE).map(tryOne));
  expect({ seed, wrong: [...wrong.values()], failures: server.failures }).toEqual({
    ...{ seed, wrong: [], failures: [] },
  });
  for (const status of [200, 400, 401, 404]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
}, 3_600_000);

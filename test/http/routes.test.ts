/** What a route's definition may say, whatever the route does. */
import { Type } from 'typebox';
import { checkOf, withoutNulls } from '../../src/http/request-validation.js';
import { concreteFirst } from '../../src/http/route.js';
import { closed } from '../../src/http/schemas.js';
import { ROUTES } from '../../src/main/routes.js';

const Body = Type.Array(
  Type.Object(
    {
      name: Type.String(),
      note: Type.Optional(Type.String()),
      inner: Type.Optional(Type.Object({ depth: Type.Optional(Type.Integer()) }, closed)),
      metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    },
    closed,
  ),
);

test('null for what may be left out counts as left out, wherever the schema knows it, and nowhere else', () => {
  const sent = [{ name: 'a', note: null, inner: { depth: null }, metadata: { kept: null } }];
  const read = withoutNulls(Body, sent);
  expect(read).toEqual([{ name: 'a', inner: {}, metadata: { kept: null } }]);
  expect(checkOf(Body, 'body')(read).ok).toBe(true);
  expect(checkOf(Body, 'body')(sent).ok).toBe(false);
});

test('null: refused for a required field and for an unknown field', () => {
  for (const sent of [[{ name: null }], [{ name: 'a', other: null }]])
    expect(checkOf(Body, 'body')(withoutNulls(Body, sent)).ok).toBe(false);
});

test('a body may be a list, a text, or one of several shapes', () => {
  expect(checkOf(Type.String(), 'body')('a token').ok).toBe(true);
  const either = Type.Union([Body, Type.Object({ note: Type.Optional(Type.String()) }, closed)]);
  expect(checkOf(either, 'body')(withoutNulls(either, { note: null })).ok).toBe(true);
  expect(checkOf(either, 'body')([{ name: 'a' }]).ok).toBe(true);
});

test('a list in an address is given by one or several', () => {
  const check = checkOf(Type.Object({ ids: Type.Array(Type.String()) }, closed), 'query');
  expect(check({ ids: 'a' })).toEqual({ ok: true, value: { ids: ['a'] } });
  expect(check({ ids: ['a', 'b'] }).ok).toBe(true);
  expect(check({ ids: ['a', 'b\0'] }).ok).toBe(false);
});

test('a path without blanks goes before one with them', () => {
  const paths = concreteFirst([{ path: '/keys/{id}' }, { path: '/keys/verify' }]).map(({ path }) => path);
  expect(paths).toEqual(['/keys/verify', '/keys/{id}']);
});

test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'what %s takes can be checked',
  (_, { params, query, body }) => {
    expect(() => checkOf(params, 'path')({})).not.toThrow();
    expect(() => checkOf(query, 'query')({})).not.toThrow();
    if (body !== undefined) expect(() => checkOf(body, 'body')({})).not.toThrow();
  },
);

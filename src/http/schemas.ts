/** Shapes that several routes share. The same expression checks requests and describes them in /openapi.json. */
import { type TSchema, Type } from 'typebox';

export const closed = { additionalProperties: false } as const;

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Instant = Type.String({ format: 'date-time', maxLength: 40, description: 'RFC 3339, in UTC.' });

/** A secret on its way in: any text that could be one. */
export const SecretText = Type.String({ minLength: 1, maxLength: 4_096 });

/** An id of that kind: `us_sp_…`. */
export const idField = (prefix: string, description?: string, length = 32) =>
  Type.String({
    ...{ pattern: `^${prefix}_[0-9A-Za-z]{1,${length}}$`, maxLength: 64 },
    ...(description !== undefined && { description }),
  });

/** Of a path that ends with one. */
export const oneById = (prefix: string, description?: string, length?: number) =>
  Type.Object({ id: idField(prefix, description, length) }, closed);

export const Nothing = Type.Object({}, closed);

const Cursor = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,200}$',
  maxLength: 200,
  description: 'The `nextCursor` of the previous page.',
});

export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 200;

/** Of a list that is shown whole unless it is asked for by pages. */
export const shortPageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_MAX, description: 'Items per page. Absent: all of them.' }),
  ),
  cursor: Type.Optional(Cursor),
};

export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT, description: 'Items per page.' }),
  ),
  cursor: Type.Optional(Cursor),
};

export const pageOf = <T extends TSchema>(item: T) =>
  Type.Object({ data: Type.Array(item), nextCursor: nullable(Cursor) });

export const dataOf = <T extends TSchema>(item: T) => Type.Object({ data: item });

export const Problem = Type.Object(
  {
    errors: Type.Array(Type.Object({ key: Type.Optional(Type.String()), message: Type.String() }, closed)),
    code: Type.String({ description: 'Stable; programs may match on it.' }),
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    error: Type.Optional(
      Type.String({ description: 'For `/introspect` and `/revoke`: the error of RFC 6749, 5.2.' }),
    ),
  },
  closed,
);

/** The members that an object must have. */
export const requiredOf = (schema: TSchema): readonly string[] =>
  'required' in schema && Array.isArray(schema['required']) ? schema['required'] : [];

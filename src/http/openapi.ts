/** /openapi.json, made from the routes: the same schemas that check requests. */
import type { TSchema } from 'typebox';
import { FAULTS, type FaultCode } from '../domain/errors.js';
import { VERSION } from '../domain/version.js';
import { MEDIA_TYPES } from './body.js';
import { isOAuth } from './oauth.js';
import { statusOf } from './problem.js';
import { ROOT_PATHS } from './root-paths.js';
import {
  type AnyRoute,
  concreteFirst,
  PREFIXES,
  STREAM_FORMATS,
  statusOfAnswer,
  takesIdempotencyKey,
} from './route.js';
import { Key } from './routes/keys/item.js';
import { Problem, requiredOf } from './schemas.js';
import { STREAM_TYPES } from './send-response.js';

/** What any route may answer. */
const ALWAYS: readonly FaultCode[] = [
  'bad_request',
  'unauthenticated',
  'forbidden',
  'upgrade_required',
  'method_not_allowed',
  'rate_limited',
  'internal',
  'store_unreachable',
  'overloaded',
];

/** Of an `Idempotency-Key`. */
const OF_KEYS: readonly FaultCode[] = ['conflict', 'refused'];

const OF_BODIES: readonly FaultCode[] = ['too_large', 'unsupported_media_type'];

const SECURITY = [{ bearer: [] }, { apiKey: [] }] as const;

const described = new WeakMap<readonly AnyRoute[], object>();

/** Made once for a list of routes: it takes longer than the rest of a server's start. */
export function openApi(routes: readonly AnyRoute[]): object {
  const known = described.get(routes) ?? describe(routes);
  described.set(routes, known);
  return known;
}

function describe(routes: readonly AnyRoute[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of concreteFirst(routes)) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] ?? {}, { [route.method.toLowerCase()]: operationOf(route) });
  }
  return withReferences({
    openapi: '3.1.0',
    info: {
      title: 'Keywright',
      version: VERSION,
      description: 'The live credential store: keys, their owners, and whether they are valid.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: PREFIXES.map((url) => ({ url })),
    security: SECURITY,
    paths: { ...paths, ...rootPaths() },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key, a personal access token, an access token, or the root token.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        client: { type: 'http', scheme: 'basic', description: 'The id of a key, and its secret.' },
      },
      schemas: Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, { ...schema }])),
      responses: problemAnswers(routes),
    },
  });
}

const texts = new WeakMap<readonly AnyRoute[], string>();

/** Returns the description as JSON, made when it is first asked for and kept for the process. */
export function openApiText(routes: readonly AnyRoute[]): string {
  const text = texts.get(routes) ?? JSON.stringify(describe(routes));
  texts.set(routes, text);
  return text;
}

/** Said once, and referred to where they are part of others. */
const NAMED: Readonly<Record<string, TSchema>> = { Problem, Key };

/** Plain data, in which a named shape is a reference wherever it is that very object. */
const withReferences = (description: object): object =>
  JSON.parse(
    JSON.stringify(description, (_, value: unknown) => {
      const name = Object.keys(NAMED).find((one) => NAMED[one] === value);
      return name === undefined ? value : { $ref: `#/components/schemas/${name}` };
    }),
  );

function operationOf(route: AnyRoute): object {
  const { id, tag, summary, description, permission, body, nulls, formats = ['json'] } = route;
  const needs = permission === undefined ? undefined : `Needs the permission \`${permission}\`.`;
  const said = nulls === 'absent' ? '`null` for an optional field is the same as leaving it out.' : undefined;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, said, needs].filter((one) => one !== undefined).join(' ') || undefined,
    ...(route.isOpen && { security: [] }),
    ...(isOAuth(route.path) && { security: [...SECURITY, { client: [] }] }),
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...onceParameter(route),
    ],
    ...(body && {
      requestBody: {
        required: isRequired(body),
        content: Object.fromEntries(formats.map((format) => [MEDIA_TYPES[format], { schema: body }])),
      },
    }),
    responses: { [statusOfAnswer(route)]: answerOf(route), ...problems(route) },
  };
}

/** Where nothing is needed, nothing needs to be sent. */
export const isRequired = (body: TSchema): boolean =>
  !('type' in body && body['type'] === 'object' && requiredOf(body).length === 0);

const onceParameter = (route: AnyRoute): readonly object[] =>
  takesIdempotencyKey(route) && !route.isOpen
    ? [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description:
            'Chosen by the client, such as a UUID. Repeating the request with it within a day has no second effect and gets the same response, without secrets and with `Idempotent-Replayed`.',
          schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
        },
      ]
    : [];

const parametersOf = (schema: AnyRoute['query'], place: 'path' | 'query'): readonly object[] =>
  Object.entries(schema.properties).map(([name, property]) => ({
    name,
    in: place,
    required: requiredOf(schema).includes(name),
    ...('description' in property && { description: property['description'] }),
    schema: property,
  }));

const STREAMED = { events: 'Server-sent events.', ndjson: 'One JSON text per line.' } as const;

const answerOf = ({ answer }: AnyRoute): object => {
  const format = STREAM_FORMATS.find((one) => one === answer);
  return format === undefined
    ? { description: 'Done.', content: { 'application/json': { schema: answer } } }
    : { description: STREAMED[format], content: { [STREAM_TYPES[format]]: { schema: { type: 'string' } } } };
};

function problems(route: AnyRoute): Record<number, object> {
  const { faults = [], body } = route;
  const codes = [
    ...ALWAYS,
    ...(body ? OF_BODIES : []),
    ...(takesIdempotencyKey(route) ? OF_KEYS : []),
    ...faults,
  ];
  const statuses = [...new Set(codes.map(statusOf))];
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]));
}

/** One for each status, with all the codes that any route answers with it. */
function problemAnswers(routes: readonly AnyRoute[]): Record<number, object> {
  const codes = new Set([...ALWAYS, ...OF_BODIES, ...routes.flatMap(({ faults = [] }) => faults)]);
  const answers: Record<number, object> = {};
  for (const status of new Set([...codes].map(statusOf))) {
    const meanings = [...codes]
      .filter((code) => statusOf(code) === status)
      .map((code) => `\`${code}\`: ${FAULTS[code]}`);
    answers[status] = {
      description: meanings.join(' '),
      content: { 'application/problem+json': { schema: Problem } },
    };
  }
  return answers;
}

const rootPaths = (): Record<string, object> =>
  Object.fromEntries(
    Object.entries(ROOT_PATHS).map(([path, { summary, answers }]) => [
      path,
      {
        servers: [{ url: '/' }],
        get: { summary, operationId: path.slice(1), security: [], responses: answers },
      },
    ]),
  );

/** POST /keys/verify: is this key good, and if not, why. Called for every request of a customer's service. */
import { type Static, Type } from 'typebox';
import { spaceOfWorkbook } from '../../../domain/derived-ids.js';
import { fault } from '../../../domain/errors.js';
import { isId } from '../../../domain/objects.js';
import { fail } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import { VERIFICATION_CODES, type VerificationRequest } from '../../../domain/verification.js';
import type { Verification } from '../../../ports/live-store.js';
import { verificationJson } from '../../../render/verification-json.js';
import { inSpace } from '../../../verifier/in-space.js';
import { BODY_MAX_BYTES } from '../../body.js';
import type { HttpDependencies } from '../../dependencies.js';
import { verifyToken } from '../../key-verification.js';
import { environmentNamed } from '../../live-objects.js';
import { type Answered, type Call, type CallerRights, json, route } from '../../route.js';
import { closed, dataOf, Instant, nullable } from '../../schemas.js';

const name = (description: string) => Type.String({ minLength: 1, maxLength: 100, description });

const body = Type.Object(
  {
    // Any text: what a client sent is passed on as it came, and is MALFORMED rather than a bad question.
    key: Type.String({ maxLength: BODY_MAX_BYTES }),
    environment: Type.Optional(
      name(
        'It must belong to this environment: a name, or an id. Absent, when a key asks: the environment of that key.',
      ),
    ),
    permission: Type.Optional(name('It must have this permission.')),
    space: Type.Optional(name('It must belong to the environment of this space: a name, or an id.')),
    workbook: Type.Optional(name('It must have access to this workbook: an id, or with space its name.')),
  },
  closed,
);

const Answer = dataOf(
  Type.Object(
    {
      valid: Type.Boolean(),
      code: Type.Enum(VERIFICATION_CODES, { description: 'VALID, or the first reason that applies.' }),
      keyId: nullable(Type.String()),
      name: nullable(Type.String()),
      version: nullable(Type.Integer({ description: 'The version of the key.' })),
      type: nullable(Type.String()),
      environment: nullable(Type.String()),
      owner: nullable(Type.String({ description: '`service:billing`, `team:data`, `user:ada`, `tenant`.' })),
      permissions: nullable(Type.Array(Type.String())),
      expiresAt: nullable(Instant),
    },
    closed,
  ),
);

export const verifyRoute = route<never, never, typeof body, CallerRights>({
  method: 'POST',
  path: '/keys/verify',
  id: 'verifyKey',
  tag: 'verification',
  summary: 'Verify a key.',
  description: 'Counts as a use of the key. An invalid key is answered with 200 and `valid: false`.',
  permission: 'keys:verify',
  scope: 'own',
  body,
  answer: Answer,
  handle: (call, deps) => {
    const { environment } = call.body;
    if (environment === undefined || !isId(environment)) return answerTo(call, deps);
    return environmentNamed(deps.store, environment).then((named) =>
      named.ok ? answerTo({ ...call, body: { ...call.body, environment: named.value } }, deps) : named,
    );
  },
});

type Asked = Pick<Call<never, never, Static<typeof body>, CallerRights>, 'principal' | 'body'>;

/** At once as a rule: a promise on the way costs as much as the check. */
function answerTo({ principal, body }: Asked, deps: HttpDependencies): Answered | Promise<Answered> {
  const { key, workbook } = body;
  // The id of a workbook says which space it is in.
  const space = body.space ?? (workbook === undefined ? undefined : spaceOfWorkbook(workbook));
  const asked = requestOf(principal, body);
  if (asked === undefined) return fail(OTHER_ENVIRONMENT);
  if (workbook !== undefined && space === undefined)
    return fail(
      fault('bad_request', 'body.workbook is a name; add body.space, or use the id of the workbook'),
    );
  const answer = verifyToken(deps, new Secret(key), asked);
  if (!(answer instanceof Promise)) {
    if (!answer.ok) return answer;
    return space === undefined
      ? shown(answer.value)
      : inSpace(deps, answer.value, { space, workbook }).then(answerOf);
  }
  return answer.then((later) =>
    later.ok && space !== undefined
      ? inSpace(deps, later.value, { space, workbook }).then(answerOf)
      : answerOf(later),
  );
}

const OTHER_ENVIRONMENT = fault('forbidden', 'a key can verify keys of its own environment only');

/** Environments are isolated, so a caller of one can ask about that one only. Undefined for any other. */
function requestOf(
  { environment: own }: CallerRights,
  { environment, permission }: { readonly environment?: string; readonly permission?: string },
): VerificationRequest | undefined {
  if (own !== undefined && environment !== undefined && own !== environment) return undefined;
  const wanted = environment ?? own;
  return {
    ...(wanted !== undefined && { environment: wanted }),
    ...(permission !== undefined && { permission }),
  };
}

const answerOf = (answer: Awaited<ReturnType<typeof verifyToken>>): Answered =>
  answer.ok ? shown(answer.value) : answer;

const shown = (verification: Verification): Answered => json({ data: verificationJson(verification) });

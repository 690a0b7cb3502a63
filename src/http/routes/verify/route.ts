/** POST /keys/verify: is this key good, and if not, why. Asked for every request of somebody else's service. */
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
import { environmentNamed } from '../../live-objects.js';
import { type Answered, type Asker, type Call, json, route } from '../../route.js';
import { closed, dataOf, Instant, nullable } from '../../schemas.js';
import { verifyToken } from '../../verifying.js';
import type { HttpWorld } from '../../world.js';

const name = (description: string) => Type.String({ minLength: 1, maxLength: 100, description });

const body = Type.Object(
  {
    // Any text: what a client sent is passed on as it came, and is MALFORMED rather than a bad question.
    key: Type.String({ maxLength: BODY_MAX_BYTES }),
    environment: Type.Optional(
      name('It must belong to this environment: a name, or an id. A key that asks: its own, if absent.'),
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
      version: nullable(Type.Integer({ description: 'The generation of the key that this is.' })),
      type: nullable(Type.String()),
      environment: nullable(Type.String()),
      owner: nullable(Type.String({ description: '`service:billing`, `team:data`, `user:ada`, `tenant`.' })),
      permissions: nullable(Type.Array(Type.String())),
      expiresAt: nullable(Instant),
    },
    closed,
  ),
);

export const verifyRoute = route<never, never, typeof body, Asker>({
  method: 'POST',
  path: '/keys/verify',
  id: 'verifyKey',
  tag: 'verification',
  summary: 'Is this key good?',
  description:
    'Counts as a use of the key. A key that is not good is an answer too: 200, with `valid: false`.',
  permission: 'keys:verify',
  scope: 'own',
  body,
  answer: Answer,
  handle: (call, world) => {
    const { environment } = call.body;
    if (environment === undefined || !isId(environment)) return answerTo(call, world);
    return environmentNamed(world.store, environment).then((named) =>
      named.ok ? answerTo({ ...call, body: { ...call.body, environment: named.value } }, world) : named,
    );
  },
});

type Asked = Pick<Call<never, never, Static<typeof body>, Asker>, 'principal' | 'body'>;

/** At once as a rule: a promise on the way costs as much as the check. */
function answerTo({ principal, body }: Asked, world: HttpWorld): Answered | Promise<Answered> {
  const { key, workbook } = body;
  // The id of a workbook says which space it is in.
  const space = body.space ?? (workbook === undefined ? undefined : spaceOfWorkbook(workbook));
  const asked = requestOf(principal, body);
  if (asked === undefined) return fail(OTHER_ENVIRONMENT);
  if (workbook !== undefined && space === undefined)
    return fail(fault('bad_request', 'body.workbook is a name, which goes with body.space; or give its id'));
  const answer = verifyToken(world, new Secret(key), asked);
  if (!(answer instanceof Promise)) {
    if (!answer.ok) return answer;
    return space === undefined
      ? shown(answer.value)
      : inSpace(world, answer.value, { space, workbook }).then(told);
  }
  return answer.then((later) =>
    later.ok && space !== undefined
      ? inSpace(world, later.value, { space, workbook }).then(told)
      : told(later),
  );
}

const OTHER_ENVIRONMENT = fault('forbidden', 'a key asks about keys of its own environment only');

/** Environments are isolated, so whoever lives in one asks about that one. Undefined when they ask for another. */
function requestOf(
  { environment: own }: Asker,
  { environment, permission }: { readonly environment?: string; readonly permission?: string },
): VerificationRequest | undefined {
  if (own !== undefined && environment !== undefined && own !== environment) return undefined;
  const wanted = environment ?? own;
  return {
    ...(wanted !== undefined && { environment: wanted }),
    ...(permission !== undefined && { permission }),
  };
}

const told = (answer: Awaited<ReturnType<typeof verifyToken>>): Answered =>
  answer.ok ? shown(answer.value) : answer;

const shown = (verification: Verification): Answered => json({ data: verificationJson(verification) });

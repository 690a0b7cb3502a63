/**
 * `Idempotency-Key`: a request that is sent again, because its answer was lost, is answered as it was the first time
 * and has no second effect, also when the server died on the way: each effect is written with what it came to
 * (credential-store/accounts/replays.ts), and the rest of the way is gone again. What was refused had no effect, and may be
 * tried again. Secrets are not kept: the answer the second time is without them.
 */
import { digestOf } from '../domain/canonical.js';
import { fault } from '../domain/errors.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import { TOKEN_PATTERN } from '../domain/secret.js';
import type { Attempt } from '../ports/idempotency.js';
import type { HttpDependencies } from './dependencies.js';
import { type Answered, type Route, takesIdempotencyKey } from './route.js';

/** Visible ASCII; a UUID is what most send. */
const KEY = /^[\x21-\x7e]{1,128}$/;

export interface KeyedRequest {
  readonly route: Pick<Route, 'creates' | 'idempotent' | 'path'>;
  readonly principal: Principal;
  /** The header as it came. */
  readonly key: string | readonly string[] | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** `refused` or `bad_request` instead of an effect; without the header just what `act` answers. */
export async function idempotent(
  asked: KeyedRequest,
  act: (attempt?: Attempt) => Answered | Promise<Answered>,
  { accounts, log }: Pick<HttpDependencies, 'accounts' | 'log'>,
): Promise<Answered> {
  const { key } = asked;
  if (key === undefined || !takesIdempotencyKey(asked.route)) return act();
  const attempt = attemptOf(asked, key);
  if (!attempt.ok) return attempt;
  const begun = await accounts.begin(attempt.value);
  if (!begun.ok) return begun;
  if (begun.value.kind === 'again') return replayed(begun.value.answer);
  const answered = await act(attempt.value);
  if (!answered.ok || answered.value.kind !== 'json') return answered;
  const { body, replay = body } = answered.value;
  const answer = withoutTokens(replay);
  const kept = await accounts.finish(attempt.value, answer);
  if (!kept.ok)
    log.failure('', 'the response to a request with an Idempotency-Key was not stored', kept.error);
  // The secret, if there was one, was in the first response, which is not known here.
  return attempt.value.isRepeated ? replayed(answer) : answered;
}

const replayed = (body: unknown): Answered =>
  ok({ kind: 'json', body, headers: { 'idempotent-replayed': 'true' } });

function attemptOf(
  { route, principal, params, query, body }: KeyedRequest,
  key: string | readonly string[],
): Result<Attempt> {
  if (typeof key !== 'string' || !KEY.test(key))
    return fail(
      fault('bad_request', 'Idempotency-Key must be 1 to 128 visible ASCII characters, such as a UUID'),
    );
  const request = digestOf({ path: route.path, params, query, body });
  const caller = `${actorOf(principal)} ${principal.id}`;
  return ok({ caller, key, request, asked: 0, isRepeated: false });
}

const TOKEN = new RegExp(TOKEN_PATTERN);

/** Routes define what a replay answers; this keeps tokens out of the store if one fails to. */
const withoutTokens = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (_, value: unknown) =>
    typeof value === 'string' && (TOKEN.test(value) || value.startsWith('eyJ')) ? null : value,
  );

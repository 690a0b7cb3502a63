/**
 * `Idempotency-Key`: a request that is sent again, because its answer was lost, is answered as it was the first time
 * and has no second effect, also when the server died on the way: each effect is written with what it came to
 * (authority/accounts/replays.ts), and the rest of the way is gone again. What was refused had no effect, and may be
 * tried again. Secrets are not kept: the answer the second time is without them.
 */
import { digestOf } from '../domain/canonical.js';
import { fault } from '../domain/errors.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import { TOKEN_PATTERN } from '../domain/secret.js';
import type { Attempt } from '../ports/idempotency.js';
import { type Answered, isOnce, type Route } from './route.js';
import type { HttpWorld } from './world.js';

/** Visible ASCII; a UUID is what most send. */
const KEY = /^[\x21-\x7e]{1,128}$/;

export interface Asked {
  readonly route: Pick<Route, 'makes' | 'once' | 'path'>;
  readonly principal: Principal;
  /** The header as it came. */
  readonly key: string | readonly string[] | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** `refused` or `bad_request` instead of an effect; without the header just what `act` answers. */
export async function onceOnly(
  asked: Asked,
  act: (attempt?: Attempt) => Answered | Promise<Answered>,
  { accounts, log }: Pick<HttpWorld, 'accounts' | 'log'>,
): Promise<Answered> {
  const { key } = asked;
  if (key === undefined || !isOnce(asked.route)) return act();
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
  if (!kept.ok) log.failure('', 'the answer to a request with an Idempotency-Key was not kept', kept.error);
  // Whoever was told the secret, it was not by this answer: what it came from is not known here.
  return attempt.value.isRepeated ? replayed(answer) : answered;
}

const replayed = (body: unknown): Answered =>
  ok({ kind: 'json', body, headers: { 'idempotent-replayed': 'true' } });

function attemptOf(
  { route, principal, params, query, body }: Asked,
  key: string | readonly string[],
): Result<Attempt> {
  if (typeof key !== 'string' || !KEY.test(key))
    return fail(fault('bad_request', 'Idempotency-Key takes 1 to 128 visible characters, as a UUID has'));
  const request = digestOf({ path: route.path, params, query, body });
  const caller = `${actorOf(principal)} ${principal.id}`;
  return ok({ caller, key, request, asked: 0, isRepeated: false });
}

const TOKEN = new RegExp(TOKEN_PATTERN);

/** Routes say what they answer the second time; should one forget, no token of ours gets into the store. */
const withoutTokens = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (_, value: unknown) =>
    typeof value === 'string' && (TOKEN.test(value) || value.startsWith('eyJ')) ? null : value,
  );

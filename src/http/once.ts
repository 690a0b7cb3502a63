/**
 * `Idempotency-Key`: a request that is sent again, because its answer was lost, is answered as it was the first time
 * and has no second effect. What was refused had no effect, and may be tried again. Secrets are not kept: the answer
 * the second time is without them.
 */
import { digestOf } from '../domain/canonical.js';
import { fault } from '../domain/errors.js';
import { actorOf, type Principal } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import { TOKEN_PATTERN } from '../domain/secret.js';
import { DAY_MS, type DurationMs } from '../domain/time.js';
import type { OnceOnly } from '../ports/accounts.js';
import { statusOf } from './problem.js';
import { type Answered, isOnce, type Route } from './route.js';
import type { HttpWorld } from './world.js';

/** As long as others keep theirs. */
const KEPT_MS: DurationMs = DAY_MS;

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

/** `conflict`, `refused` or `bad_request` instead of an effect; without the header just what `act` answers. */
export async function onceOnly(
  asked: Asked,
  act: () => Answered | Promise<Answered>,
  { accounts, log }: Pick<HttpWorld, 'accounts' | 'log'>,
): Promise<Answered> {
  const { key } = asked;
  if (key === undefined || !isOnce(asked.route)) return act();
  const once = onceOf(asked, key);
  if (!once.ok) return once;
  const begun = await accounts.begin(once.value, KEPT_MS);
  if (!begun.ok) return begun;
  if (begun.value.kind === 'again')
    return ok({ kind: 'json', body: begun.value.answer, headers: { 'idempotent-replayed': 'true' } });
  const answered = await act();
  if (answered.ok && answered.value.kind === 'json') {
    const { body, replay = body } = answered.value;
    const kept = await accounts.finish(once.value, withoutTokens(replay));
    if (!kept.ok) log.failure('', 'the answer to a request with an Idempotency-Key was not kept', kept.error);
    return answered;
  }
  // A fault of ours may have come after the effect: better claimed for a day than done twice.
  if (answered.ok || statusOf(answered.error.code) < 500) await accounts.abandon(once.value);
  return answered;
}

function onceOf(
  { route, principal, params, query, body }: Asked,
  key: string | readonly string[],
): Result<OnceOnly> {
  if (typeof key !== 'string' || !KEY.test(key))
    return fail(fault('bad_request', 'Idempotency-Key takes 1 to 128 visible characters, as a UUID has'));
  const request = digestOf({ path: route.path, params, query, body });
  return ok({ caller: `${actorOf(principal)} ${principal.id}`, key, request });
}

const TOKEN = new RegExp(TOKEN_PATTERN);

/** Routes say what they answer the second time; should one forget, no token of ours gets into the store. */
const withoutTokens = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (_, value: unknown) =>
    typeof value === 'string' && (TOKEN.test(value) || value.startsWith('eyJ')) ? null : value,
  );

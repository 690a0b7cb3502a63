/** Requests to a Vault or OpenBao server: address, namespace and token, and what its statuses and error texts mean. */
import type { VaultConnection } from '../../domain/connections/vault.js';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Secret } from '../../domain/secret.js';
import { readCertificates } from '../credentials.js';
import type { Call, DriverWorld } from '../driver.js';
import { faultOf, type Http, type HttpAnswer, openHttp, permittedHost } from '../http.js';
import { objectIn, textsIn } from './content.js';
import { sessionOf } from './session.js';

export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Below the address: `/v1/secret/data/shop/billing`. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface VaultAnswer {
  /** 2xx or 404. */
  readonly status: number;
  readonly body: string;
}

export interface VaultClient {
  /**
   * Asks once; a second time only when a token that a login gave was refused, which means that nothing was done, and another
   * login gave another one.
   */
  ask(request: VaultRequest, call: Call): Promise<Result<VaultAnswer>>;
}

export function vaultClient(connection: VaultConnection, world: DriverWorld): VaultClient {
  let http: Http | undefined;

  async function send(
    request: VaultRequest,
    secret: Secret | undefined,
    { signal }: Call,
  ): Promise<Result<HttpAnswer>> {
    const opened = http ? ok(http) : await opening(connection, world);
    if (!opened.ok) return opened;
    http = opened.value;
    return http.request({
      ...{ method: request.method, path: request.path, signal },
      headers: {
        // What no form in a browser can send: servers may be set to ask for it.
        'x-vault-request': 'true',
        ...(connection.namespace !== undefined && { 'x-vault-namespace': connection.namespace }),
        ...(request.body && { 'content-type': 'application/json' }),
      },
      ...(secret && { secretHeaders: { 'x-vault-token': secret } }),
      ...(request.body && { body: JSON.stringify(request.body) }),
    });
  }

  const answered = { by: new URL(connection.address).origin, now: () => world.clock.now() };
  const session = sessionOf(connection, world, async ({ mount, body }, call) => {
    const request = { method: 'POST', path: `/v1/auth/${mount}/login`, body } as const;
    const answer = outcomeOf(await send(request, undefined, call), { ...answered, request });
    if (!answer.ok && answer.error.code === 'sink_unavailable') return answer;
    if (answer.ok && answer.value.status !== 404) return ok(answer.value.body);
    const why = answer.ok ? `${answered.by} has no such method` : answer.error.message;
    // AppRole says 400 of a wrong secret ID.
    return fail(fault('sink_forbidden', `signing in at auth/${mount} failed: ${why}`));
  });

  return {
    ask: async (request, call) => {
      const permitted = permittedHost(connection.address, world.env);
      if (!permitted.ok) return permitted;
      const token = await session.token(call);
      if (!token.ok) return token;
      const first = await send(request, token.value.secret, call);
      const all = { ...answered, request };
      if (!first.ok || first.value.status !== 403)
        return outcomeOf(first, { ...all, token: token.value.secret });
      const other = await session.instead(token.value, call);
      if (other === undefined) return outcomeOf(first, { ...all, token: token.value.secret });
      if (!other.ok) return other;
      return outcomeOf(await send(request, other.value.secret, call), { ...all, token: other.value.secret });
    },
  };
}

async function opening({ address, caFile }: VaultConnection, world: DriverWorld): Promise<Result<Http>> {
  const ca = caFile === undefined ? ok(undefined) : await readCertificates(caFile, world);
  if (!ca.ok) return ca;
  return ok(openHttp({ origin: address, ca: ca.value, clock: world.clock, env: world.env }));
}

interface Asked {
  readonly by: string;
  readonly now: () => number;
  readonly request: VaultRequest;
  readonly token?: Secret;
}

function outcomeOf(sent: Result<HttpAnswer>, { by, now, request, token }: Asked): Result<VaultAnswer> {
  if (!sent.ok) return sent;
  const { status, headers } = sent.value;
  const body = sent.value.body.toString('utf8');
  const said = errorsIn(body);
  if (status < 300 || (status === 404 && !said.includes('no handler for route'))) return ok({ status, body });
  const told = toldByText(status, said, request);
  if (told !== undefined) return fail(told);
  // It may quote what it was sent.
  const sentTexts = [...textsIn(request.body), token?.reveal() ?? ''];
  const isQuoting = sentTexts.some((text) => text !== '' && said.includes(text));
  const other = faultOf(status, headers, { by, now: now(), ...(!isQuoting && { said }) });
  return fail(STANDBY.includes(status) ? { ...other, code: 'sink_unavailable' } : other);
}

const errorsIn = (body: string): string => textsIn(objectIn(body)['errors']).join('; ').trim();

/** A standby that has not the newest state yet (412), of another cluster (472) or of this one (473). */
const STANDBY: readonly number[] = [412, 472, 473];

/** Faults that have no status of their own; undefined for all else. */
function toldByText(status: number, said: string, { path }: VaultRequest): Fault | undefined {
  if (status === 404) {
    const mount = path.replace(/^\/v1\/|\/data\/.*$/g, '');
    return fault(
      'sink_refused',
      `no engine is mounted at ${mount}. Mount a KV version 2 engine there, or correct \`mount\`.`,
    );
  }
  if (status !== 400) return undefined;
  if (said.includes('check-and-set parameter did not match the current version'))
    return fault('sink_moved', 'another process wrote the secret meanwhile');
  if (said.includes('Upgrading from non-versioned to versioned data'))
    return fault('sink_unavailable', 'the engine is being upgraded to KV version 2');
  return undefined;
}

/** Requests to an API server: one attempt each, in JSON, with the login of the moment. */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Call, DriverWorld, NamedConnection } from '../driver.js';
import { type Http, type HttpAnswer, openHttp } from '../http.js';
import { type Json, parseJson, recordOf } from './json.js';
import type { Login } from './login.js';
import { openLogins } from './logins.js';
import { type Asked, refusalOf, type Status, statusOf } from './status.js';

export interface KubeRequest extends Asked {
  readonly body?: object;
  readonly contentType?: string;
  readonly query?: string;
}

export interface KubeApi {
  /**
   * The object that was answered with; undefined for one that does not exist (404 of the object itself). Every other
   * refusal is a fault.
   */
  ask(request: KubeRequest, call: Call): Promise<Result<Readonly<Record<string, Json>> | undefined>>;
}

const METHODS = { get: 'GET', create: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;
/** A Secret of 1 MiB in base64, with what is noted beside it. */
const ANSWER_MAX_BYTES = 4 << 20;

export function openApi(connection: NamedConnection | undefined, world: DriverWorld): KubeApi {
  const logins = openLogins(connection, world);
  const http = httpOf(world);
  return {
    ask: async (request, { signal }) => {
      const login = await logins.get(signal);
      if (!login.ok) return login;
      const { authorization, origin } = login.value;
      const answer = await http(login.value).request({
        ...{ method: METHODS[request.verb], path: pathOf(request), signal },
        headers: { accept: 'application/json', 'content-type': request.contentType ?? 'application/json' },
        ...(authorization && { secretHeaders: { authorization } }),
        ...(request.body && { body: JSON.stringify(request.body) }),
      });
      if (!answer.ok) return answer;
      if (answer.value.status === 401) logins.forget();
      return outcomeOf(answer.value, request, { by: new URL(origin).origin, now: world.clock.now() });
    },
  };
}

/** One for as long as the login is to the same server: its connections are kept open. */
function httpOf({ clock, env }: DriverWorld): (login: Login) => Http {
  let open: { readonly http: Http; readonly settings: string } | undefined;
  return ({ origin, ca, cert, key, serverName, proxy }) => {
    // A key is another when its certificate is.
    const settings = JSON.stringify([origin, ca, cert, serverName, proxy]);
    if (open?.settings === settings) return open.http;
    const way =
      proxy === undefined
        ? env
        : { ...env, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, NO_PROXY: '', no_proxy: '' };
    const http = openHttp({
      ...{ origin, ca, cert, key, serverName, clock },
      ...{ env: way, answerMaxBytes: ANSWER_MAX_BYTES },
    });
    open = { http, settings };
    return http;
  };
}

function pathOf({ verb, resource, namespace, name, query }: KubeRequest): string {
  const [plural = '', ...group] = resource.split('.');
  const api = group.length === 0 ? '/api/v1' : `/apis/${group.join('.')}/v1`;
  const object = verb === 'create' ? '' : `/${encodeURIComponent(name)}`;
  return `${api}/namespaces/${encodeURIComponent(namespace)}/${plural}${object}${query === undefined ? '' : `?${query}`}`;
}

function outcomeOf(
  answer: HttpAnswer,
  asked: KubeRequest,
  by: { readonly by: string; readonly now: number },
): Result<Readonly<Record<string, Json>> | undefined> {
  const body = parseJson(answer.body.toString('utf8'));
  const status = statusOf(answer, body);
  if (answer.status < 300 && body !== undefined) return ok(recordOf(body));
  if (answer.status < 300 || (answer.status === 404 && !isAbsence(status, asked)))
    return fail(
      fault(
        'sink_unavailable',
        `${by.by} did not respond as a Kubernetes API server does (status ${answer.status}). Check the address of the Connection.`,
      ),
    );
  return answer.status === 404 ? ok(undefined) : fail(refusalOf(answer, status, { asked, by }));
}

/** Only what the API server itself says: a proxy's 404 is not an object that does not exist. */
const isAbsence = (status: Status | undefined, { resource }: Asked): boolean =>
  status?.reason === 'NotFound' && (status.kind === resource.split('.')[0] || status.kind === 'namespaces');

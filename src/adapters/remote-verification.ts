/** Calls a server from a verifier in another application's process: over `fetch`, with a bound on every wait. */
import { pause } from '../async/pause.js';
import { FAULTS, type Fault, type FaultCode, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import { type DurationMs, parseInstant, SECOND_MS } from '../domain/time.js';
import { VERIFICATION_CODES } from '../domain/verification.js';
import type { Verification } from '../ports/live-store.js';
import type { RemoteVerification } from '../verifier/remote.js';
import { systemClock } from './system.js';

/** A caller that waits longer has given up. */
const TIMEOUT_MS: DurationMs = 2 * SECOND_MS;
/** The server sends something every 15 s; a line that is silent for longer is dead. */
const SILENCE_MAX_MS: DurationMs = 40 * SECOND_MS;

const PLAN_REQUIRED: Verification = { valid: false, code: 'PLAN_REQUIRED' };

export const isHttpAddress = (store: string): boolean => /^https?:\/\//i.test(store);

/** `address`: where `keywright serve` is, without `/v1`. `token`: a key or token with `keys:verify`; `audit:read` hears of changes. */
export function remoteVerification(address: string, token: Secret): RemoteVerification {
  const base = address.replace(/\/+$/, '');
  const authorization = `Bearer ${token.reveal()}`;
  return {
    verify: async (key, question) => {
      try {
        const response = await fetch(`${base}/v1/keys/verify`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify({ ...question, key }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
          redirect: 'error',
        });
        const body: unknown = await response.json();
        if (response.ok) return verificationOf(body);
        const refused = faultOf(response.status, body);
        // The plan does not include the credential of this caller, nor then the token that it asks about (U1).
        return refused.code === 'upgrade_required' ? ok(PLAN_REQUIRED) : fail(refused);
      } catch (cause) {
        return fail(fault('store_unreachable', `${base} is not a Keywright server of this version`, cause));
      }
    },
    changes: async (onChange, signal) => {
      try {
        await listen(`${base}/v1/changes`, { authorization, onChange, signal });
      } catch {
        // Lost, refused or over: the caller tries again, and depends on none of it.
      }
    },
  };
}

interface Listening {
  readonly authorization: string;
  readonly onChange: (object: string) => void;
  readonly signal: AbortSignal;
}

/** From now on: what was before is asked for anyway. */
async function listen(url: string, { authorization, onChange, signal }: Listening): Promise<void> {
  const silence = new AbortController();
  const heard = { atMs: systemClock.monotonicMs() };
  const watching = endWhenSilent(heard, silence);
  try {
    const response = await fetch(`${url}?only=new`, {
      headers: { authorization },
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: 'error',
    });
    if (!response.ok || response.body === null) return;
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      heard.atMs = systemClock.monotonicMs();
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const object = objectOf(event);
        if (object !== undefined) onChange(object);
      }
    }
  } finally {
    silence.abort();
    await watching;
  }
}

async function endWhenSilent(heard: { readonly atMs: number }, silence: AbortController): Promise<void> {
  while (!silence.signal.aborted) {
    await pause(systemClock, SILENCE_MAX_MS / 4, silence.signal);
    if (systemClock.monotonicMs() - heard.atMs > SILENCE_MAX_MS) silence.abort();
  }
}

/** Of an event `change`; undefined for comments. */
function objectOf(event: string): string | undefined {
  const data = /^data: (.*)$/m.exec(event)?.[1];
  const change: unknown = data === undefined ? undefined : JSON.parse(data);
  return isRecord(change) && typeof change['object'] === 'string' ? change['object'] : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function faultOf(status: number, body: unknown): Fault {
  const { code, detail } = isRecord(body) ? body : {};
  const known = typeof code === 'string' && Object.hasOwn(FAULTS, code) ? (code as FaultCode) : undefined;
  const said = typeof detail === 'string' ? detail : `it responded with status ${status}`;
  return fault(known ?? 'store_unreachable', `the server refuses to verify: ${said}`);
}

function verificationOf(body: unknown): Result<Verification> {
  const data = isRecord(body) ? body['data'] : undefined;
  const code = isRecord(data) ? VERIFICATION_CODES.find((one) => one === data['code']) : undefined;
  const key = isRecord(data) ? keyOf(data) : undefined;
  if (code === undefined || (code === 'VALID' && key === undefined))
    return fail(fault('store_unreachable', 'the address is not a Keywright server of this version'));
  return ok({ valid: code === 'VALID', code, ...(key && { key }) });
}

function keyOf(data: Readonly<Record<string, unknown>>): Verification['key'] {
  const { keyId, name, version, type, environment, owner, permissions, expiresAt } = data;
  if (typeof keyId !== 'string' || typeof version !== 'number' || !Array.isArray(permissions))
    return undefined;
  const until = typeof expiresAt === 'string' ? parseInstant(expiresAt) : undefined;
  return {
    ...{ keyId, name: String(name), version, type: String(type), environment: String(environment) },
    ...{ owner: String(owner), permissions: permissions.map(String) },
    expiresAt: until?.ok ? until.value : undefined,
  };
}

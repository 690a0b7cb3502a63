/** Reads where messages go from the environment: checked before anything is served, since an invited person cannot ask. */
import { isIP } from 'node:net';
import { fault } from '../domain/errors.js';
import { isEmailAddress } from '../domain/kinds/fields.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import { isLoopback } from './addresses.js';

export interface WebhookSettings {
  readonly kind: 'webhook';
  readonly url: URL;
  /** The bytes that messages are signed with, in base64. */
  readonly secret: Secret;
  /** Hosts whose addresses need not be public. */
  readonly allowed: readonly string[];
  readonly page: string | undefined;
}

export interface SmtpSettings {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else it begins in the clear, and stays so only to this machine. */
  readonly isTls: boolean;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly from: { readonly name: string; readonly address: string };
  readonly page: string;
}

export interface PrintSettings {
  readonly kind: 'print';
  readonly page: string | undefined;
}

export type OutboxSettings = WebhookSettings | SmtpSettings | PrintSettings;

type Env = Readonly<Record<string, string | undefined>>;

/** Undefined: nothing is sent. `usage` for what cannot be; what is said of it shows nothing of an address with a password. */
export function outboxSettings(env: Env): Result<OutboxSettings | undefined> {
  const address = env['KEYWRIGHT_OUTBOX'];
  if (address === undefined || address === '') return ok(undefined);
  const page = pageOf(env['KEYWRIGHT_PUBLIC_URL']);
  if (!page.ok) return page;
  if (address === 'print') return ok({ kind: 'print', page: page.value });
  if (address.startsWith('webhook:')) return webhook(address.slice('webhook:'.length), env, page.value);
  if (/^smtps?:/.test(address)) return smtp(address, env, page.value);
  return wrong(
    'KEYWRIGHT_OUTBOX must be webhook:https://HOST/PATH, smtp://USER:PASSWORD@HOST, smtps://USER:PASSWORD@HOST or print; unset it to send nothing',
  );
}

function webhook(text: string, env: Env, page: string | undefined): Result<WebhookSettings> {
  const url = urlOf(text);
  const isOpen = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(hostOf(url)));
  if (url === undefined || !isOpen || url.username !== '' || url.password !== '' || url.hash !== '')
    return wrong(
      'KEYWRIGHT_OUTBOX=webhook:… requires an https:// address, or http:// on this machine, without user and password; messages are signed instead',
    );
  const secret = /^whsec_([A-Za-z0-9+/]{32,}={0,2})$/.exec(env['KEYWRIGHT_OUTBOX_SECRET'] ?? '')?.[1];
  if (secret === undefined)
    return wrong(
      'a webhook requires KEYWRIGHT_OUTBOX_SECRET, with which the receiver verifies signatures: whsec_ and 24 bytes or more in base64, for example from echo "whsec_$(openssl rand -base64 32)"',
    );
  const allowed = (env['KEYWRIGHT_OUTBOX_ALLOW'] ?? '').split(',').map((host) => host.trim().toLowerCase());
  const named = allowed.filter((host) => host !== '');
  return ok({ kind: 'webhook', url, secret: new Secret(secret), allowed: named, page });
}

function smtp(text: string, env: Env, page: string | undefined): Result<SmtpSettings> {
  const url = urlOf(text);
  const user = url && decoded(url.username);
  const password = url && decoded(url.password);
  const isPlace = url !== undefined && url.hostname !== '' && ['', '/'].includes(url.pathname);
  if (!isPlace || url.search !== '' || url.hash !== '' || user === undefined || password === undefined)
    return wrong(
      'KEYWRIGHT_OUTBOX=smtp://USER:PASSWORD@HOST:PORT is malformed; write @, :, / and % in user and password as %40, %3A, %2F and %25, and nothing after the port',
    );
  const from = senderOf(env['KEYWRIGHT_OUTBOX_FROM'] ?? '');
  if (from === undefined)
    return wrong(
      'mail requires KEYWRIGHT_OUTBOX_FROM: an address, or a name and an address such as Acme <keys@acme.example>',
    );
  if (page === undefined)
    return wrong(
      'mail requires KEYWRIGHT_PUBLIC_URL: the page where people sign in, such as https://app.example.com/welcome',
    );
  const isTls = url.protocol === 'smtps:';
  return ok({
    ...{ kind: 'smtp', host: hostOf(url), port: Number(url.port) || (isTls ? 465 : 587), isTls, from, page },
    user: user === '' ? undefined : user,
    password: user === '' ? undefined : new Secret(password),
  });
}

/** The page that links lead to, to which `#…` is added. */
function pageOf(text: string | undefined): Result<string | undefined> {
  if (text === undefined || text === '') return ok(undefined);
  const url = urlOf(text);
  const isOpen = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(hostOf(url)));
  if (url !== undefined && isOpen && url.hash === '' && url.username === '' && url.password === '')
    return ok(url.href);
  return wrong(
    'KEYWRIGHT_PUBLIC_URL must be the page where people sign in, such as https://app.example.com/welcome: https://, or http:// on this machine, without a fragment (#)',
  );
}

const SENDER = /^(?:(?<name>[^<>\p{C}"]{0,100}?)\s*<(?<inner>[^<>]+)>|(?<address>[^<>\s]+))$/u;

function senderOf(text: string): SmtpSettings['from'] | undefined {
  const { name = '', inner, address = inner ?? '' } = SENDER.exec(text.trim())?.groups ?? {};
  return isEmailAddress(address) ? { name, address } : undefined;
}

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** Without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => {
  const inner = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(inner) === 0 ? hostname : inner;
};

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Thrown for a % that stands for nothing; there is no other way to ask.
    return undefined;
  }
}

const wrong = (message: string): Result<never> => fail(fault('usage', message));

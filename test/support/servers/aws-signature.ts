/** AWS Signature Version 4, as a service checks it; written from the documentation of the signing process. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Heard } from './loopback-service.js';

export interface AwsCredential {
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Milliseconds since the epoch; absent for one that does not end. */
  readonly expiresAt?: number | undefined;
}

export interface Signed {
  readonly region: string;
  readonly service: string;
  readonly now: number;
  readonly credentials: ReadonlyMap<string, AwsCredential>;
}

/** What is wrong with a request's signature: the name of the error and its message; undefined when nothing is. */
export type SignatureProblem = readonly [type: string, message: string] | undefined;

const SKEW_MAX_MS = 15 * 60_000;

export function signatureProblem(
  heard: Heard,
  { region, service, now, credentials }: Signed,
): SignatureProblem {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      heard.headers.authorization ?? '',
    );
  if (found === null) return ['MissingAuthenticationTokenException', 'Missing Authentication Token'];
  const [, keyId = '', date = '', ofRegion = '', ofService = '', signedHeaders = '', signature = ''] = found;
  const credential = credentials.get(keyId);
  const token = heard.headers['x-amz-security-token'];
  if (credential === undefined || token !== credential.sessionToken)
    return ['UnrecognizedClientException', 'The security token included in the request is invalid.'];
  if (credential.expiresAt !== undefined && credential.expiresAt <= now)
    return ['ExpiredTokenException', 'The security token included in the request is expired'];
  if (ofRegion !== region || ofService !== service)
    return ['InvalidSignatureException', `Credential should be scoped to ${region}/${service}.`];
  const at = String(heard.headers['x-amz-date'] ?? '');
  if (!/^\d{8}T\d{6}Z$/.test(at) || !at.startsWith(date) || Math.abs(instantOf(at) - now) > SKEW_MAX_MS)
    return ['InvalidSignatureException', `Signature not yet current or expired: ${at}`];
  const names = signedHeaders.split(';');
  const mustBeSigned = ['host', ...Object.keys(heard.headers).filter((name) => name.startsWith('x-amz-'))];
  if (mustBeSigned.some((name) => !names.includes(name)) || String(names) !== String([...names].sort()))
    return ['InvalidSignatureException', 'A header that must be signed is not.'];
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical(heard, names))].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credential.secretAccessKey}`,
  );
  const expected = createHmac('sha256', key).update(text).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex')))
    return [
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    ];
  return undefined;
}

function canonical({ method, path, headers, body }: Heard, names: readonly string[]): string {
  const [pathname = '/', query = ''] = path.split('?');
  const sorted = query === '' ? '' : query.split('&').sort().join('&');
  const lines = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}\n`,
  );
  return [method, pathname, sorted, lines.join(''), names.join(';'), sha256(body)].join('\n');
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const instantOf = (at: string): number =>
  Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

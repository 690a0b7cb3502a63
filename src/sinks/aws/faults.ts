/** What AWS answers when it does not do what it was asked, as faults. Its own messages are not shown: some quote the value. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Fault, type FaultCode, fault } from '../../domain/errors.js';
import { type Instant, MINUTE_MS } from '../../domain/time.js';
import { faultOf } from '../http.js';
import { retryAfterMs } from '../http-faults.js';

export interface AwsRefusal {
  /** The name of the error, without its namespace: `ResourceNotFoundException`. */
  readonly type: string;
  readonly fault: Fault;
}

export interface Refused {
  readonly operation: string;
  readonly secret: string;
  /** What answered, for the message. */
  readonly by: string;
  readonly now: Instant;
}

/** A put makes a version, and AWS removes none of the last 24 hours: so often it may be done for ever. */
const PUT_INTERVAL_MS = 10 * MINUTE_MS;

type Meaning = readonly [FaultCode, (refused: Refused & { readonly type: string }) => string];

const NOT_ALLOWED: Meaning = [
  'sink_forbidden',
  ({ operation, secret }) =>
    `AWS does not allow secretsmanager:${operation} on the secret ${secret}, or not the use of its KMS key. Allow both to the connection's role or user.`,
];
const NOT_KNOWN: Meaning = [
  'sink_forbidden',
  ({ by, type }) =>
    `${by} does not accept the credentials (${type}). Check the access key, its session token, the region, and the clock of this machine.`,
];
const EXPIRED: Meaning = [
  'sink_forbidden',
  ({ by }) => `the credentials for ${by} have expired. Renew them where the Connection finds them.`,
];
const KEY_UNUSABLE: Meaning = [
  'sink_forbidden',
  ({ secret }) =>
    `the KMS key of the secret ${secret} cannot be used. Enable it, and allow kms:Decrypt and kms:GenerateDataKey.`,
];
const MOVED: Meaning = [
  'sink_moved',
  ({ secret }) => `the secret ${secret} changed after it was read, so its value was not replaced`,
];
const THROTTLED: Meaning = [
  'sink_unavailable',
  ({ by }) => `${by} gets too many requests. Lower requestsPerSecond of the Connection if this continues.`,
];

const MEANINGS: Readonly<Record<string, Meaning>> = {
  AccessDeniedException: NOT_ALLOWED,
  UnrecognizedClientException: NOT_KNOWN,
  InvalidClientTokenId: NOT_KNOWN,
  InvalidSignatureException: NOT_KNOWN,
  SignatureDoesNotMatch: NOT_KNOWN,
  IncompleteSignatureException: NOT_KNOWN,
  MissingAuthenticationTokenException: NOT_KNOWN,
  ExpiredTokenException: EXPIRED,
  EncryptionFailure: KEY_UNUSABLE,
  DecryptionFailure: KEY_UNUSABLE,
  ResourceNotFoundException: MOVED,
  ResourceExistsException: MOVED,
  ThrottlingException: THROTTLED,
  TooManyRequestsException: THROTTLED,
  InvalidRequestException: [
    'sink_refused',
    ({ secret }) =>
      `the secret ${secret} is scheduled for deletion, or another AWS service manages it. Restore it with "aws secretsmanager restore-secret", or deliver to a secret of another name.`,
  ],
  LimitExceededException: [
    'sink_unavailable',
    ({ secret }) =>
      `AWS keeps no more versions of the secret ${secret}, or no more secrets. Old versions go after 24 hours: rotate what it holds less often.`,
  ],
};

/** Of an answer that is no success. */
export function refusalOf(
  answer: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer },
  refused: Refused,
): AwsRefusal {
  const { status, headers, body } = answer;
  const type = typeOf(headers, body);
  const meaning = meaningOf(type, refused.operation);
  const waitMs =
    retryAfterMs(headers['retry-after'], refused.now) ??
    (type === 'LimitExceededException' ? PUT_INTERVAL_MS : undefined);
  if (meaning === undefined || status >= 500)
    return { type, fault: faultOf(status, headers, { by: refused.by, now: refused.now, said: type }) };
  const [code, say] = meaning;
  const named = fault(code, say({ ...refused, type }));
  return { type, fault: waitMs === undefined ? named : { ...named, retryAfterMs: waitMs } };
}

function meaningOf(type: string, operation: string): Meaning | undefined {
  // The one way in which AWS says that a label is no longer where it was.
  if (type === 'InvalidParameterException' && operation === 'UpdateSecretVersionStage') return MOVED;
  return Object.hasOwn(MEANINGS, type) ? MEANINGS[type] : undefined;
}

/** In a header or the body, with a namespace before it or an address behind it; empty when it is in neither. */
function typeOf(headers: IncomingHttpHeaders, body: Buffer): string {
  const header = headers['x-amzn-errortype'];
  const said =
    typeof header === 'string' ? header : /"__type"\s*:\s*"([^"]+)"/.exec(body.toString('utf8'))?.[1];
  return /(?:^|#)([A-Za-z]+)(?=$|:)/.exec(said ?? '')?.[1] ?? '';
}

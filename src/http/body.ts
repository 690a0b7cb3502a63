/**
 * Reads the body of a request: bounded, in one of the formats that the route takes, and in UTF-8. A body that was
 * not read to its end closes the connection, for what follows on it is not the next request.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { isText, parseJson } from './json.js';
import type { Refusal } from './problem.js';

export const BODY_MAX_BYTES = 256 * 1_024;

/** `text`: JSON that a browser calls plain text, so that it need not ask before sending it elsewhere. */
export type BodyFormat = 'json' | 'form' | 'text';

export const MEDIA_TYPES: Readonly<Record<BodyFormat, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain',
};

export type ReadBody = Result<unknown, Refusal>;

/** The parsed body; undefined without a body. `too_large`, `unsupported_media_type` or `bad_request`. */
export const readBody = (request: IncomingMessage, formats: readonly BodyFormat[]): Promise<ReadBody> =>
  new Promise((resolve) => receiveBody(request, formats, resolve));

/** The same for who has no time for a promise. `done` is called once, and may be called at once. */
export function receiveBody(
  request: IncomingMessage,
  formats: readonly BodyFormat[],
  done: (read: ReadBody) => void,
): void {
  const format = isBodiless(request) ? ok(undefined) : formatOf(request, formats);
  if (!format.ok || format.value === undefined) done(format);
  else {
    const { value } = format;
    receiveBytes(request, (bytes) => done(bytes.ok ? parsed(bytes.value, value) : bytes));
  }
}

function parsed(bytes: Buffer, format: BodyFormat): ReadBody {
  const text = decoded(bytes);
  if (text === undefined) return fail(fault('bad_request', 'the body is not UTF-8'));
  if (text.trim() === '') return ok(undefined);
  return format === 'form' ? form(text) : json(text);
}

const isBodiless = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';

function formatOf({ headers }: IncomingMessage, formats: readonly BodyFormat[]): Result<BodyFormat, Refusal> {
  const [mediaType = '', ...parameters] = partsOf(headers['content-type'] ?? '');
  const format = formats.find((one) => MEDIA_TYPES[one] === mediaType);
  const charset = parameters.find((one) => one.startsWith('charset='))?.slice('charset='.length);
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset);
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (format !== undefined && isUtf8 && isPlain) return ok(format);
  const wanted = formats.map((one) => MEDIA_TYPES[one]).join(' or ');
  return fail({
    ...fault('unsupported_media_type', `send the body as ${wanted}, in UTF-8 and not compressed`),
    headers: { 'accept-encoding': 'identity', connection: 'close' },
  });
}

/** The media type and its parameters; most requests send none, and are not taken apart. */
const partsOf = (contentType: string): readonly string[] =>
  contentType.includes(';')
    ? contentType.split(';').map((part) => part.trim().toLowerCase())
    : [contentType.trim().toLowerCase()];

function receiveBytes(request: IncomingMessage, done: (bytes: Result<Buffer, Refusal>) => void): void {
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) {
    done(TOO_LARGE);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  let isOver = false;
  const settle = (bytes: Result<Buffer, Refusal>): void => {
    if (isOver) return;
    isOver = true;
    done(bytes);
  };
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= BODY_MAX_BYTES) {
      chunks.push(chunk);
      return;
    }
    request.pause();
    settle(TOO_LARGE);
  });
  request.on('end', () => settle(ok(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))));
  const broken = () => settle(TRUNCATED_BODY);
  request.on('error', broken);
  request.on('close', broken);
}

const TRUNCATED_BODY = fail<Refusal>(fault('bad_request', 'the body ended too early'));

const TOO_LARGE = fail<Refusal>({
  ...fault('too_large', `the body is larger than ${BODY_MAX_BYTES} bytes`),
  headers: { connection: 'close' },
});

/** Undefined if it is not UTF-8. A mark of byte order says nothing more, and goes. */
function decoded(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function json(text: string): Result<unknown, Refusal> {
  const parsed = parseJson(text);
  return parsed.ok ? parsed : fail(fault('bad_request', `the body ${parsed.error}`));
}

/** As members with a text each, so that one schema does for both formats. */
function form(text: string): Result<unknown, Refusal> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) return fail(fault('bad_request', 'the body has a parameter twice'));
    if (!isText(value)) return fail(fault('bad_request', 'the body has a parameter that is not valid text'));
    fields.set(name, value);
  }
  return ok(Object.fromEntries(fields));
}

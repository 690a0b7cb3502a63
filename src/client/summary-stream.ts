/** Reads the survey line by line, so that a big fleet is never one text here either. */

import type { LiveSummary } from '../domain/live.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import { SUMMARIES_PATH, type SummaryText } from '../protocol/store-protocol.js';
import { summary } from './decode.js';
import { type ClientError, foreign, refusalOf } from './errors.js';
import { linesOf, type Transport, textOf } from './transport.js';

export const SUMMARY_TIMEOUT_MS: DurationMs = 30 * SECOND_MS;

export async function survey(transport: Transport): Promise<Result<readonly LiveSummary[], ClientError>> {
  const { shown } = transport;
  const asked = await transport.ask({ method: 'GET', path: SUMMARIES_PATH, silenceMs: SUMMARY_TIMEOUT_MS });
  if (!asked.ok) return asked;
  const { statusCode: status = 0, headers } = asked.value;
  const contentType = headers['content-type'] ?? '';
  if (status !== 200 || !contentType.startsWith('application/x-ndjson')) {
    const body = await textOf(asked.value, shown);
    const retryAfter = headers['retry-after'];
    return fail(
      body.ok ? refusalOf({ status, contentType, retryAfter, body: body.value }, shown) : body.error,
    );
  }
  const objects: LiveSummary[] = [];
  let count: number | undefined;
  for await (const text of linesOf(asked.value, shown)) {
    if (!text.ok) return text;
    const line = parsed(text.value);
    if (line === undefined) break;
    if ('count' in line) count = line.count;
    else for (const object of line) objects.push(summary(object));
  }
  if (count === objects.length) return ok(objects);
  return fail({ heard: 'maybe', fault: foreign(shown, 'sent an incomplete response') });
}

function parsed(text: string): SummaryText | undefined {
  try {
    return JSON.parse(text) as SummaryText;
  } catch {
    return undefined;
  }
}

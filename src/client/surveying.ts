/** Reads the survey line by line, so that a big fleet is never one text here either. */

import type { LiveSummary } from '../domain/live.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import { SURVEY_PATH, type SurveyLine } from '../wire/store.js';
import { summary } from './restoring.js';
import { linesOf, type Transport, textOf } from './transport.js';
import { foreign, refusalOf, type Trouble } from './trouble.js';

export const SURVEY_PATIENCE_MS: DurationMs = 30 * SECOND_MS;

export async function survey(transport: Transport): Promise<Result<readonly LiveSummary[], Trouble>> {
  const { shown } = transport;
  const asked = await transport.ask({ method: 'GET', path: SURVEY_PATH, silenceMs: SURVEY_PATIENCE_MS });
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

function parsed(text: string): SurveyLine | undefined {
  try {
    return JSON.parse(text) as SurveyLine;
  } catch {
    return undefined;
  }
}

/**
 * Strict JSON: what `JSON.parse` takes, less what two readers may understand differently (a member twice, half a
 * character, NUL) and what is nested too deeply to be meant.
 */
import { fail, ok, type Result } from '../domain/result.js';

export const DEPTH_MAX = 32;

/** The fault is a sentence about the body, without a piece of it. */
export function parseJson(text: string): Result<unknown, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('is not valid JSON');
  }
  const complaint = hasOneMember(text) ? complaintAboutStrings(text) : complaintAbout(text);
  return complaint === undefined ? ok(value) : fail(complaint);
}

/**
 * Without a look at each token: JSON with one colon has one member at most, so that none comes twice, and without
 * lists it is then two levels deep at most. Nothing in it is written otherwise than it is.
 */
const hasOneMember = (text: string): boolean =>
  text.indexOf(':') === text.lastIndexOf(':') && !text.includes('[') && !text.includes('\\');

const complaintAboutStrings = (text: string): string | undefined => (isText(text) ? undefined : NOT_TEXT);

const NOT_TEXT = 'has a string with NUL or an unpaired surrogate';

/** A string, or what opens, closes or separates; numbers and words don't matter here. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** The names of the members so far, of each object that is open; undefined for an array. */
type Open = (Set<string> | undefined)[];

/** `text` is JSON, so that brackets match and a string before a colon is a name. */
function complaintAbout(text: string): string | undefined {
  const open: Open = [];
  let last: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined);
      if (open.length > DEPTH_MAX) return `is nested deeper than ${DEPTH_MAX} levels`;
    } else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const names = open.at(-1);
      if (last !== undefined && names?.has(last)) return 'has an object with a duplicate member';
      if (last !== undefined) names?.add(last);
    } else if (token !== ',') {
      last = unescaped(token);
      if (!isText(last)) return NOT_TEXT;
    }
  }
  return undefined;
}

const unescaped = (literal: string): string =>
  literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);

/** Can it be kept by every store, and written as UTF-8? */
export const isText = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

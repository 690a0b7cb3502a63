/** What a driver says to people, without what it should not have said. */
import { TOKEN_PATTERN } from '../../domain/secret.js';

/** What of it is shown, in characters. */
const SHOWN_MAX = 4_096;
/** Shorter lines of a secret are no secret of their own, and may be part of any text. */
const LINE_MIN = 6;
const COVERED = '[secret]';

/**
 * One line of at most 4 KiB. Covers the secrets given, as they are, as JSON and in base64, each of their longer lines,
 * and everything in the form of a key. `isCut`: the text continues, so that its end may be the beginning of a secret.
 */
export function covered(text: string, secrets: readonly string[], isCut = false): string {
  const forms = secrets.flatMap(formsOf).sort((a, b) => b.length - a.length);
  let shown = text;
  for (const form of forms) shown = shown.replaceAll(form, COVERED);
  shown = shown.replace(new RegExp(TOKEN_PATTERN, 'g'), COVERED);
  if (isCut) shown = shown.slice(0, -Math.max(1, ...forms.map(({ length }) => length)));
  const line = shown.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line;
}

function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter(({ length }) => length >= LINE_MIN);
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString('base64');
  return [...new Set([secret, json, base64, ...lines])].filter((form) => form.trim() !== '');
}

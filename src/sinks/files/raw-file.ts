/**
 * A file of its own: `raw` holds the token and nothing else, `json` an object `{key, name, generation}`.
 * Whatever else the file holds counts as one foreign value.
 */
import type { Content, Entry } from './managed-block.js';

export function wholeFileContent(original: string): Content {
  let text = original;
  return {
    value: (part) => {
      const value = part === 'json' ? (keyIn(text) ?? text) : text;
      return value === '' ? undefined : value;
    },
    set: (part, entry) => {
      text = part === 'json' ? jsonOf(entry) : entry.token;
    },
    remove: () => {
      text = '';
    },
    text: () => text,
  };
}

const jsonOf = ({ token, object, generation }: Entry): string =>
  `${JSON.stringify({ key: token, name: object.slice(object.indexOf('/') + 1), generation }, null, 2)}\n`;

/** The key of an object with exactly the members we write; undefined for any other text. */
function keyIn(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('key' in value)) return undefined;
  const isOurs = Object.keys(value).sort().join() === 'generation,key,name';
  return isOurs && typeof value.key === 'string' ? value.key : undefined;
}

/** Fields of a JSON object, replaced in its text: what is not named stays as it was written, to the last digit of a number. */

/** Name → value as JSON, in the order of the text. */
export type JsonFields = ReadonlyMap<string, string>;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Returns the fields of an object; undefined for any other text. */
export function jsonFields(text: string): JsonFields | undefined {
  if (!isJsonObject(text)) return undefined;
  const fields = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const isEnd = depth === 1 && (token === ',' || token === '}');
    if (isEnd && name !== undefined) {
      fields.set(name, text.slice(from, index).trim());
      name = undefined;
    }
    if (depth === 1 && token === ':' && name !== undefined) from = index + 1;
    if (depth === 1 && name === undefined && token.startsWith('"')) name = JSON.parse(token) as string;
    if (token === '{' || token === '[') depth++;
    if (token === '}' || token === ']') depth--;
  }
  return fields;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // Text that is no JSON is no object either.
    return false;
  }
}

export const jsonText = (fields: JsonFields): string =>
  `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

/** The content of a string; any other value as it is written. */
export function fieldText(value: string): string {
  const parsed: unknown = JSON.parse(value);
  return typeof parsed === 'string' ? parsed : value;
}

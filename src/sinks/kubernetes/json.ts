/** Reads parts of what another program wrote, without trusting its shape. */

export type Json = unknown;

/** Empty for anything that is no object. */
export const recordOf = (value: Json): Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {};

export const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value : []);

/** Undefined for what is no text, or empty. */
export const textOf = (value: Json): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const numberOf = (value: Json): number | undefined => (typeof value === 'number' ? value : undefined);

/** Undefined for text that is no JSON. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

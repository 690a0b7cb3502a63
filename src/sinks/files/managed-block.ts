/** What a file holds, as its sink's format sees it. One adapter a format (formats.ts). */

/** A secret on its way into a file, in plain text. */
export interface Entry {
  readonly token: string;
  /** `ApiKey/billing-prod`. */
  readonly object: string;
  readonly generation: number;
}

export interface Content {
  /** The value at a part (variable or format); undefined when it is absent or empty. */
  value(part: string): string | undefined;
  set(part: string, entry: Entry): void;
  /** As if it had never been there; all else stays. */
  remove(part: string): void;
  /** The whole file as it should be now. */
  text(): string;
}

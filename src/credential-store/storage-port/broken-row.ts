/** Text in a row that is not what the store writes there. Thrown within a transaction, which the engine then refuses as `store_tampered`. */
export class BrokenRow extends Error {
  /** For people: `event us_evt_1`. */
  readonly what: string;

  constructor(what: string) {
    super(`the row of ${what} cannot be read`);
    this.what = what;
  }
}

/** The value of JSON that the store wrote. Throws `BrokenRow`. */
export function parsedRow<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    // The error quotes the text.
    throw new BrokenRow(what);
  }
}

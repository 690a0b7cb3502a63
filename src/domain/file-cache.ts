/** A text that is kept from one run to the next to save time. Losing it costs time and nothing else. */
export interface FileCache {
  /** What was kept last, exactly; undefined when there is nothing usable. Never rejects. */
  recall(): Promise<string | undefined>;
  /** Replaces what was kept. Never rejects: what cannot be written is only slow. */
  keep(text: string): Promise<void>;
}

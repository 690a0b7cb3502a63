/** Rows of what people are to be sent, sealed to the store until it is handed over. Part of the storage port. */

export interface MessageRow {
  /** `us_msg_…`. */
  readonly id: string;
  /** The invitation or link that it is about: it is not sent once that has ended. */
  readonly credential_id: string;
  /** Address, token and words in a box that the store alone opens. */
  readonly sealed: string;
  readonly created_at: number;
  readonly expires_at: number;
  /** Over everything above. */
  readonly row_mac: string;
  /** Grows with every taking, so that an earlier taker is distinguished from the next. */
  readonly attempts: number;
  /** Not to be taken before. */
  readonly due_at: number;
}

export interface OutboxQueries {
  put(row: MessageRow): Promise<void>;
  /** Those that are due at that time, longest first. */
  due(at: number, limit: number): Promise<readonly MessageRow[]>;
  /** By id, those after one; all of them in the end. */
  page(after: string, limit: number): Promise<readonly MessageRow[]>;
  /** When the first of all is due. */
  nextDueAt(): Promise<number | undefined>;
  /** Changes when it is due, and how often it was taken, if it was taken as often as said. */
  postpone(row: Pick<MessageRow, 'id' | 'attempts' | 'due_at'>, attemptsBefore: number): Promise<void>;
  /** If it was taken as often as said. */
  remove(row: Pick<MessageRow, 'id' | 'attempts'>): Promise<void>;
  count(): Promise<number>;
}

/**
 * What files came to when they were last read, so that a file that holds the same bytes is not taken apart
 * again. It holds fingerprints and digests only, and those of files alone in which every place that was
 * asked for held a token: nothing can be guessed from a digest of what holds 256 random bits.
 */
import type { KeptText } from '../domain/kept-text.js';
import { cellAt, LINE, TAB } from '../domain/lines.js';
import type { Receipt } from '../domain/live.js';

/** Of what is kept under this mark. Changes with the shape of the text. */
export const RECEIPTS_MARK = 'keywright-receipts-1';

/** Smaller reads are quick enough, and would push out what larger ones remember. */
export const REMEMBERED_FROM = 1_000;

/** What one file held at the places that were asked for. */
export interface FileReceipts {
  /** The file with its type: `dotenv:secrets/billing.env`. */
  readonly file: string;
  /** Digest of what it holds. */
  readonly digest: string;
  /** In the order asked. */
  readonly parts: readonly string[];
  readonly receipts: readonly Receipt[];
}

type Held = Extract<Receipt, { kind: 'holds' }>;

export class ReceiptMemory {
  readonly #kept: KeptText;
  readonly #before: ReadonlyMap<string, string>;
  readonly #lines: string[] = [];
  #isNew = false;

  private constructor(kept: KeptText, text: string) {
    this.#kept = kept;
    this.#before = new Map(text.split(LINE).map((line) => [line.slice(0, line.indexOf(TAB)), line]));
  }

  static async recall(kept: KeptText): Promise<ReceiptMemory> {
    return new ReceiptMemory(kept, (await kept.recall()) ?? '');
  }

  /** What the file came to before, if it held the same and was asked for the same; then that stays remembered. */
  recall({ file, digest, parts }: Omit<FileReceipts, 'receipts'>): readonly Receipt[] | undefined {
    const line = this.#before.get(file);
    const receipts = line === undefined ? undefined : recalledFrom(line, { file, digest, parts });
    if (line !== undefined && receipts) this.#lines.push(line);
    return receipts;
  }

  remember({ file, digest, parts, receipts }: FileReceipts): void {
    this.#isNew = true;
    const tokens = receipts.filter((receipt): receipt is Held => receipt.kind === 'holds');
    if (tokens.length < parts.length || tokens.some(({ tokenId }) => tokenId === undefined)) return;
    const cells = tokens.flatMap(({ fingerprint, tokenId = '' }, nth) => [
      parts[nth] ?? '',
      fingerprint,
      tokenId,
    ]);
    this.#lines.push([file, digest, ...cells].join(TAB));
  }

  /** Keeps what was recalled again or remembered; nothing is written when that is what was kept. */
  async keep(): Promise<void> {
    const isSame = !this.#isNew && this.#lines.length === this.#before.size;
    if (!isSame) await this.#kept.keep(this.#lines.join(LINE));
  }
}

/** A line is a file, its digest, and for each part its name, the fingerprint and the token's id. */
function recalledFrom(
  line: string,
  { file, digest, parts }: Omit<FileReceipts, 'receipts'>,
): readonly Receipt[] | undefined {
  const head = file + TAB + digest;
  if (!line.startsWith(head)) return undefined;
  const receipts: Receipt[] = [];
  let at = head.length;
  for (const part of parts) {
    const name = TAB + part + TAB;
    if (!line.startsWith(name, at)) return undefined;
    const receipt = new Recalled(line, at + name.length);
    receipts.push(receipt);
    at = line.indexOf(TAB, line.indexOf(TAB, at + name.length) + 1);
    if (at === -1) at = line.length;
  }
  return at === line.length ? receipts : undefined;
}

/** Says of what a line holds from `start` on when asked: of a fleet, mostly only the fingerprint is. */
class Recalled implements Held {
  readonly #line: string;
  readonly #start: number;

  constructor(line: string, start: number) {
    this.#line = line;
    this.#start = start;
  }

  get kind(): 'holds' {
    return 'holds';
  }

  get fingerprint(): string {
    return cellAt(this.#line, this.#start);
  }

  get tokenId(): string {
    return cellAt(this.#line, this.#line.indexOf(TAB, this.#start) + 1);
  }
}

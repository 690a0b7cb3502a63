/**
 * What files came to when they were last read, so that a file that holds the same bytes is not taken apart
 * again. It holds fingerprints and digests only, and those of files alone in which every place that was
 * asked for held a token: nothing can be guessed from a digest of what holds 256 random bits.
 */
import type { KeptText } from '../domain/kept-text.js';
import type { Receipt } from '../domain/live.js';

/** Of what is kept under this mark. Changes with the shape of the text. */
export const RECEIPTS_MARK = 'keywright-receipts-1';

/** Smaller reads are quick enough, and would push out what larger ones remember. */
export const REMEMBERED_FROM = 1_000;

/** Part, fingerprint, token id. */
const WIDTH = 3;
/** Neither is in a path, a part or a digest. */
const TAB = '\t';
const LINE = '\n';

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
    const cells = line?.split(TAB) ?? [];
    if (line === undefined || cells[1] !== digest || cells.length !== 2 + parts.length * WIDTH)
      return undefined;
    const receipts: Receipt[] = [];
    for (let nth = 0; nth < parts.length; nth++) {
      const at = 2 + nth * WIDTH;
      if (cells[at] !== parts[nth]) return undefined;
      receipts.push({ kind: 'holds', fingerprint: cells[at + 1] ?? '', tokenId: cells[at + 2] });
    }
    this.#lines.push(line);
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

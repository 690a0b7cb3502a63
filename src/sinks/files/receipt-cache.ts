/**
 * What files came to when they were last read, so that a file that holds the same bytes is not taken apart
 * again. It holds fingerprints and digests only, and those of files alone in which every sink that was
 * asked for held a token: nothing can be guessed from a digest of what holds 256 random bits.
 */
import type { FileCache } from '../../domain/file-cache.js';
import { cellAt, cellOf, cellsUpTo, LINE, TAB } from '../../domain/lines.js';
import type { Receipt } from '../../domain/live.js';
import type { Instant } from '../../domain/time.js';
import type { FileMark } from './file.js';

/** Of what is kept under this mark. Changes with the shape of the text. */
export const RECEIPTS_MARK = 'keywright-receipts-2';

/** Smaller reads are quick enough, and would push out what larger ones remember. */
export const REMEMBERED_FROM = 1_000;

/**
 * A file that changed less than this before it was read may have been changed again within the same tick of the
 * file system's clock, so its mark proves nothing yet (git's "racily clean"). In milliseconds.
 */
const SETTLED_MS = 2_000;

/** Sinks of one file that are asked for. */
interface AskedOf {
  /** The file with its type: `dotenv:secrets/billing.env`. */
  readonly file: string;
  /** In the order asked. */
  readonly parts: readonly string[];
  readonly mark: FileMark;
}

interface Read extends AskedOf {
  /** Digest of what it holds. */
  readonly digest: string;
}

/** What one file held at the sinks that were asked for. */
export interface FileReceipts extends Read {
  readonly receipts: readonly Receipt[];
}

type Held = Extract<Receipt, { kind: 'holds' }>;

export class ReceiptCache {
  readonly #kept: FileCache;
  readonly #now: Instant | undefined;
  readonly #before: ReadonlyMap<string, string>;
  readonly #lines: string[] = [];
  #isNew = false;

  private constructor(kept: FileCache, text: string, now: Instant | undefined) {
    this.#kept = kept;
    this.#now = now;
    this.#before = new Map(text.split(LINE).map((line) => [line.slice(0, line.indexOf(TAB)), line]));
  }

  /** `now` is before anything is read; without it the marks of files are neither believed nor remembered. */
  static async recall(kept: FileCache, now: Instant | undefined): Promise<ReceiptCache> {
    return new ReceiptCache(kept, (await kept.recall()) ?? '', now);
  }

  /** Is it worth looking at its mark? */
  mayBeUntouched(file: string): boolean {
    const line = this.#before.get(file);
    return this.#now !== undefined && line !== undefined && cellOf(line, 1) !== '';
  }

  /** What the file came to before, if it is the same file and was left alone; then that stays remembered. */
  untouched({ file, parts, mark }: AskedOf): readonly Receipt[] | undefined {
    const line = this.#before.get(file);
    if (line === undefined || cellOf(line, 1) !== mark.stamp) return undefined;
    const receipts = receiptsIn(line, parts);
    if (receipts) this.#lines.push(line);
    return receipts;
  }

  /** What the file came to before, if it held the same and was asked for the same; then that stays remembered. */
  recall({ file, parts, mark, digest }: Read): readonly Receipt[] | undefined {
    const line = this.#before.get(file);
    if (line === undefined || cellOf(line, 2) !== digest) return undefined;
    const receipts = receiptsIn(line, parts);
    if (receipts === undefined) return undefined;
    const stamp = this.#stampOf(mark);
    const isSame = cellOf(line, 1) === stamp;
    this.#isNew ||= !isSame;
    this.#lines.push(isSame ? line : [file, stamp, line.slice(cellsUpTo(line, 2).length + 1)].join(TAB));
    return receipts;
  }

  remember({ file, parts, mark, digest, receipts }: FileReceipts): void {
    this.#isNew = true;
    const tokens = receipts.filter((receipt): receipt is Held => receipt.kind === 'holds');
    if (tokens.length < parts.length || tokens.some(({ tokenId }) => tokenId === undefined)) return;
    const cells = tokens.flatMap(({ fingerprint, tokenId = '' }, nth) => [
      parts[nth] ?? '',
      fingerprint,
      tokenId,
    ]);
    this.#lines.push([file, this.#stampOf(mark), digest, ...cells].join(TAB));
  }

  /** Keeps what was recalled again or remembered; nothing is written when that is what was kept. */
  async keep(): Promise<void> {
    const isSame = !this.#isNew && this.#lines.length === this.#before.size;
    if (!isSame) await this.#kept.keep(this.#lines.join(LINE));
  }

  /** Empty where the mark proves nothing yet: then the file is read again. */
  #stampOf({ stamp, changedAt }: FileMark): string {
    return this.#now !== undefined && changedAt <= this.#now - SETTLED_MS ? stamp : '';
  }
}

/** A line is a file, its mark, its digest, and for each part its name, the fingerprint and the token's id. */
function receiptsIn(line: string, parts: readonly string[]): readonly Receipt[] | undefined {
  const receipts: Receipt[] = [];
  let at = cellsUpTo(line, 3).length;
  for (const part of parts) {
    const end = at + 1 + part.length;
    if (at === line.length || line.slice(at + 1, end) !== part || line.charAt(end) !== TAB) return undefined;
    receipts.push(new Recalled(line, end + 1));
    at = line.indexOf(TAB, line.indexOf(TAB, end + 1) + 1);
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

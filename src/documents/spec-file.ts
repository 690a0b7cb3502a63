/** A file that was read, decoded when its text is first read. */
import { isUtf8 } from 'node:buffer';
import { sha256 } from '../domain/canonical.js';
import { type Diagnostic, errorAt } from './diagnostics.js';
import type { ReadFile } from './files.js';
import { Source } from './source.js';

export class SpecFile {
  readonly file: string;
  readonly hash: string;
  readonly bytes: Buffer;
  #source: Source | undefined;

  constructor({ file, bytes }: ReadFile) {
    this.file = file;
    this.bytes = bytes;
    this.hash = sha256(bytes).slice(0, 32);
  }

  /** The text, without a byte order mark. */
  get source(): Source {
    this.#source ??= new Source(this.file, new TextDecoder('utf-8').decode(this.bytes));
    return this.#source;
  }

  /** The first line that is not UTF-8, if there is one. */
  encodingErrors(): readonly Diagnostic[] {
    if (isUtf8(this.bytes)) return [];
    let start = 0;
    let line = 0;
    for (;;) {
      const end = this.bytes.indexOf(0x0a, start);
      const bytes = this.bytes.subarray(start, end === -1 ? undefined : end);
      if (!isUtf8(bytes)) return [encodingError(this.file, line, bytes)];
      // Line breaks are whole characters, so a file whose every line is UTF-8 is UTF-8.
      if (end === -1) return [];
      start = end + 1;
      line += 1;
    }
  }
}

function encodingError(file: string, line: number, bytes: Buffer): Diagnostic {
  const sourceLine = bytes.toString('utf8');
  const column = Math.max(0, sourceLine.indexOf('\uFFFD')) + 1;
  return errorAt(
    { position: { file, line: line + 1, column }, length: 1, sourceLine },
    { code: 'not_utf8', message: 'the file is not UTF-8 text', help: 'save it as UTF-8' },
  );
}

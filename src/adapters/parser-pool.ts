/** Reads many files of documents in as many threads as this machine has cores; they end with the reading. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FileRead, FileReaders, FileToRead } from '../documents/parallel-parse.js';

/** More gain little: taking back what they read is left to one. */
const THREADS_MAX = 8;
/** Bytes that a thread is given at a time, a file at least. */
const BATCH = 128 * 1024;

/** Undefined on a single core. `script` is the built `parser-thread.ts`. */
export function documentReaders(script: URL): FileReaders | undefined {
  const threads = Math.min(availableParallelism(), THREADS_MAX);
  if (threads < 2) return undefined;
  return {
    read: async (context, files) => {
      const read: (FileRead | undefined)[] = [];
      const batches = inBatches(files);
      const takeTurns = async (): Promise<void> => {
        const worker = new Worker(script, { workerData: context });
        try {
          for (let batch = batches.next(); !batch.done; batch = batches.next()) {
            const { first, files: some } = batch.value;
            worker.postMessage(some);
            // An exception in a thread is a bug like any other, and is thrown here.
            const [answer] = (await once(worker, 'message')) as [readonly (FileRead | undefined)[]];
            for (const [nth, one] of answer.entries()) read[first + nth] = one;
          }
        } finally {
          await worker.terminate();
        }
      };
      await Promise.all(Array.from({ length: threads }, takeTurns));
      return read;
    },
  };
}

interface Batch {
  /** Where its first file stands among all. */
  readonly first: number;
  readonly files: readonly FileToRead[];
}

function* inBatches(files: readonly FileToRead[]): Generator<Batch, undefined> {
  let batch: FileToRead[] = [];
  let bytes = 0;
  for (const [nth, { file, bytes: content }] of files.entries()) {
    batch.push({ file, bytes: content });
    bytes += content.length;
    if (bytes < BATCH && nth < files.length - 1) continue;
    yield { first: nth + 1 - batch.length, files: batch };
    batch = [];
    bytes = 0;
  }
  return undefined;
}

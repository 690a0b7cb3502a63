/** What a thread of `documentReaders` runs: reads the files that it is sent, one batch after another. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from '../documents/declare.js';
import { type FileToRead, parseFiles } from '../documents/parallel-parse.js';

const context = workerData as Context;

parentPort?.on('message', (files: readonly FileToRead[]) => {
  const read = files.map((file) => parseFiles(context, file));
  parentPort?.postMessage(
    read,
    read.flatMap((one) => (one ? [one.declarations.buffer] : [])),
  );
});

/**
 * Which documents an error across documents can be about, when all of them were right together before some files
 * changed: one that changed is part of it. So most of a fleet need not be looked through for most errors.
 */
import { basename } from 'node:path';
import { parseSinkId, sinkPath } from '../domain/kinds/index.js';
import type { SpecEntry } from './entry.js';
import { absolutePath } from './files.js';

export interface RecheckSet {
  /** Is it from a file that changed? */
  readonly isChanged: (entry: SpecEntry) => boolean;
  /** Sorted as all entries are: everything that changed, and whatever may deliver to where a new document delivers. */
  readonly delivering: readonly SpecEntry[];
}

/** The entries of one file. */
export interface FileEntries {
  readonly entries: readonly SpecEntry[];
  /** What is remembered of it, sinks among it, as one text; undefined: the file changed. */
  readonly text: string | undefined;
}

/** More names than these are not looked for one by one. */
const NAMES_MAX = 16;

interface Among {
  readonly files: readonly FileEntries[];
  /** Those of all files, sorted. */
  readonly entries: readonly SpecEntry[];
  /** Where sink paths start. */
  readonly folder: string;
}

export function recheckSet({ files, entries, folder }: Among): RecheckSet {
  const changed = new Set(files.flatMap((file) => (file.text === undefined ? file.entries : [])));
  const fresh = [...changed].filter((entry) => entry.isNew);
  const names = new Set(fresh.flatMap((entry) => fileNames(entry, folder)));
  // Sinks that were apart are one when the connections of both lead to one service.
  const isRedirected = [...changed].some(({ ref }) => ref.kind === 'Connection');
  const near = new Set(
    files
      .filter(
        ({ text }) => text === undefined || isRedirected || names.size > NAMES_MAX || hasAny(text, names),
      )
      .flatMap((file) => file.entries),
  );
  return {
    isChanged: (entry) => changed.has(entry),
    delivering: near.size === entries.length ? entries : entries.filter((entry) => near.has(entry)),
  };
}

/** However else a path to the same file is written, it has the file's name in it. */
const fileNames = ({ sinks }: SpecEntry, folder: string): readonly string[] =>
  sinks.flatMap((sink) => {
    const place = parseSinkId(sink);
    if (place === undefined) return [];
    const path = sinkPath(place);
    return basename(path === undefined ? place.object : absolutePath(folder, path));
  });

function hasAny(text: string, names: ReadonlySet<string>): boolean {
  for (const name of names) if (text.includes(name)) return true;
  return false;
}

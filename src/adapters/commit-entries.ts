/**
 * What a commit holds besides regular files and folders. Git checks links out as text and leaves submodules empty, so
 * what they declared would be missed without a word, and removed.
 */
import { posix } from 'node:path';

export interface CommitEntry {
  readonly path: string;
  readonly what: 'a symbolic link' | 'a submodule' | 'no regular file';
}

const REGULAR: ReadonlySet<string> = new Set(['100644', '100755', '100664', '040000']);

/** From `git ls-tree -r -z`: every entry that is no regular file. */
export function irregularEntries(listing: string): readonly CommitEntry[] {
  return listing.split('\0').flatMap((line): readonly CommitEntry[] => {
    const tab = line.indexOf('\t');
    const mode = line.slice(0, line.indexOf(' '));
    if (tab === -1 || REGULAR.has(mode)) return [];
    const what =
      mode === '120000' ? 'a symbolic link' : mode === '160000' ? 'a submodule' : 'no regular file';
    return [{ path: line.slice(tab + 1), what }];
  });
}

/** Those at, above or below one of these paths, hidden names and node_modules left out as in reading. */
export const amongDocuments = (
  entries: readonly CommitEntry[],
  places: readonly string[],
): readonly CommitEntry[] =>
  entries.filter(({ path }) =>
    places
      .map((one) => posix.normalize(`${one}/`))
      .some((place) => {
        if (place.startsWith(`${path}/`)) return true;
        if (place !== './' && !path.startsWith(place)) return false;
        const way = place === './' ? path : path.slice(place.length);
        return !way.split('/').some((name) => name.startsWith('.') || name === 'node_modules');
      }),
  );

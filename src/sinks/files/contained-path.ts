/**
 * Where a sink's path may lead: below one of the project's roots, said by path segments and never by how a
 * text begins. What the segments are on disk is checked when they are opened (folder.ts).
 */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';

/** A file below a root: `root` / `folders` / `name`. */
export interface Place {
  /** As the documents name it; for messages. */
  readonly label: string;
  /** Absolute and normalised: two spellings of one file have one path. */
  readonly path: string;
  /** Named by the project, so it may itself be reached through symbolic links. */
  readonly root: string;
  /** Below the root; each must be a real folder. */
  readonly folders: readonly string[];
  readonly name: string;
}

export interface Roots {
  /** The working folder, absolute. Relative paths start here. */
  readonly root: string;
  /** Folders that sinks may write below, relative to `root` or absolute. */
  readonly roots: readonly string[];
}

/** The file a declared path names, below the innermost root that holds it. `sink_refused` outside of all. */
export function placeOf(label: string, { root, roots }: Roots): Result<Place> {
  const path = resolve(root, label);
  const holding = roots
    .map((one) => resolve(root, one))
    .filter((one) => isBelow(one, path))
    .sort((a, b) => b.length - a.length)[0];
  if (holding === undefined || label.endsWith('/') || label.includes('\0')) {
    return fail(
      fault(
        'sink_refused',
        `the sink path ${JSON.stringify(label)} is outside the folders that sinks may write to; move it inside, or add its folder to the project's sinkRoots`,
      ),
    );
  }
  const folders = relative(holding, path).split(sep);
  const name = folders.pop() ?? '';
  return ok({ label, path, root: holding, folders, name });
}

/** Where declared paths really lead: only a root may be reached through links, and is followed once. */
export function realPaths(roots: Roots): (label: string) => string {
  const known = new Map<string, string>();
  return (label) => {
    const place = placeOf(label, roots);
    if (!place.ok) return resolve(roots.root, label);
    const { root, path } = place.value;
    const real = known.get(root) ?? followed(root);
    known.set(root, real);
    return resolve(real, relative(root, path));
  };
}

/** A folder that does not exist yet has no links either. */
function followed(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Truly below: neither the folder itself, nor a sibling whose name begins alike. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

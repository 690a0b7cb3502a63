/** Is an empty folder a submodule of git that was not checked out? What it declares would be missed, and removed. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

export function isMissingSubmodule(path: string): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    const modules = textOf(join(at, '.gitmodules'));
    if (modules !== undefined) return pathsIn(modules).includes(relative(at, path).split(sep).join('/'));
    if (at === dirname(at)) return false;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Most folders have none.
    return undefined;
  }
}

const pathsIn = (modules: string): readonly string[] =>
  [...modules.matchAll(/^[ \t]*path[ \t]*=[ \t]*"?(.+?)"?[ \t]*$/gm)].map(([, path = '']) => path);

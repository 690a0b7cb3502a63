/** Paths of sinks that are files. */
import { posix } from 'node:path';
import { Type } from 'typebox';

export const pathField = (description: string) =>
  Type.String({
    pattern: '^[^\\p{Cc}\\p{Cf}\\\\#]+$',
    minLength: 1,
    maxLength: 1024,
    description,
    'x-expects': 'a path without control characters, backslash or #',
  });

/** `./a//b` and `a/b` are one file. */
export const plainPath = (path: string): string => posix.normalize(path);

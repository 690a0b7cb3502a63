/** A temporary working folder with sinks, and tokens to deliver, for tests that touch real files. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SinkDeclaration } from '../../src/domain/kinds/index.js';
import type { Expectation } from '../../src/domain/live.js';
import { fingerprintOf, mintKey, type Secret } from '../../src/domain/secret.js';
import type { Clock } from '../../src/ports/clock.js';
import type { SinkDelivery, Sinks } from '../../src/ports/sink.js';
import type { FileWorld } from '../../src/sinks/files/file-sinks.js';
import { openSinks, type SinkWorld } from '../../src/sinks/sinks.js';
import { driverWorld } from './driver-world.js';

export interface Workplace {
  /** The working folder. Its parent is the test's own, too. */
  readonly root: string;
  readonly sinks: Sinks;
  path(relative: string): string;
  text(relative: string): string;
  write(relative: string, text: string, mode?: number): void;
  mode(relative: string): number;
  removeFile(relative: string): void;
  remove(): void;
}

/** `elsewhere`: connections and drivers of sinks that are no files. */
export function workplace(
  files: Partial<FileWorld> = {},
  elsewhere: Pick<SinkWorld, 'connections' | 'openers' | 'refreshLog' | 'refreshers'> & {
    readonly clock?: Clock;
  } = {},
): Workplace {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'kw-sinks-')));
  const root = join(parent, 'root');
  const path = (relative: string) => join(root, relative);
  const sinks = openSinks({
    files: { root, roots: ['.'], machine: 'here', exclusively: (work) => work(), ...files },
    drivers: driverWorld(root, elsewhere.clock ? { clock: elsewhere.clock } : {}),
    ...(elsewhere.connections && { connections: elsewhere.connections }),
    ...(elsewhere.refreshLog && { refreshLog: elsewhere.refreshLog }),
    ...(elsewhere.refreshers && { refreshers: elsewhere.refreshers }),
    ...(elsewhere.openers && { openers: elsewhere.openers }),
  });
  return {
    root,
    sinks,
    path,
    text: (relative) => readFileSync(path(relative), 'utf8'),
    write: (relative, text, mode = 0o600) => writeFileSync(path(relative), text, { mode }),
    mode: (relative) => statSync(path(relative)).mode & 0o777,
    removeFile: (relative) => rmSync(path(relative)),
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}

let drawn = 0;

/** A well-formed token, another one each time. */
export function newToken(): Secret {
  const bytes = (length: number) =>
    createHash('shake256', { outputLength: length }).update(`${drawn++}`).digest();
  return mintKey('secret', true, { bytes }).token;
}

export const fingerprint = (secret: Secret): string => fingerprintOf(secret.reveal());

export const ANYTHING_MISSING: Expectation = { mayBeMissing: true, fingerprints: [] };

export const instead = (...secrets: readonly Secret[]): Expectation => ({
  mayBeMissing: false,
  fingerprints: secrets.map(fingerprint),
});

export const delivery = (secret: Secret, more: Partial<SinkDelivery> = {}): SinkDelivery => ({
  bundle: { key: secret },
  object: 'ApiKey/billing-prod',
  generation: 1,
  expected: ANYTHING_MISSING,
  ...more,
});

export const rawFile = (path: string): SinkDeclaration => ({ file: { path, format: 'raw' } });
export const jsonFile = (path: string): SinkDeclaration => ({ file: { path, format: 'json' } });
export const dotenv = (path: string, variable = 'KEY'): SinkDeclaration => ({ dotenv: { path, variable } });

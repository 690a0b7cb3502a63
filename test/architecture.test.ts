/**
 * The architecture, as rules that fail. Dependencies are held by dependency-cruiser (.dependency-cruiser.mjs
 * names each rule and why); the rest is searched for in the text of the sources.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VERSION } from '../src/domain/version.js';

const run = promisify(execFile);
const root = join(__dirname, '..');

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file: `src/${file}`, text: readFileSync(join(root, 'src', file), 'utf8') }));

/** Lines of code, not of comments, that match, outside `allowed`. */
function linesMatching(pattern: RegExp, allowed: RegExp): readonly string[] {
  return sources
    .filter(({ file }) => !allowed.test(file))
    .flatMap(({ file, text }) =>
      text
        .split('\n')
        .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
        .filter(({ line }) => !/^\s*(\/\/|\*|\/\*)/.test(line) && pattern.test(line))
        .map(({ line, at }) => `${at} ${line.trim()}`),
    );
}

test('every import follows the arrows of the architecture', async () => {
  const cruise = await run(
    'npx',
    ['depcruise', 'src', '--config', '.dependency-cruiser.mjs', '--output-type', 'err'],
    {
      cwd: root,
    },
  ).catch((error: { stdout: string; stderr: string }) => error);
  expect(cruise.stdout + cruise.stderr).toMatch(/no dependency violations found/);
});

test('time is supplied by main only', () => {
  const ambient = /\bDate\.now\b|new Date\(\)|performance\.now|process\.hrtime|\bset(Timeout|Interval)\b/;
  expect(linesMatching(ambient, /^src\/(main|adapters)\//)).toEqual([]);
});

test('chance is supplied by main only', () => {
  expect(
    linesMatching(/Math\.random|randomBytes|randomUUID|getRandomValues|randomInt/, /^src\/(main|adapters)\//),
  ).toEqual([]);
});

test('only the terminal and the entry points print', () => {
  const entries = /^src\/(adapters\/terminal|main\/(keywright|quickstart|derive-entry))\.ts$/;
  expect(linesMatching(/\bconsole\.|process\.(stdout|stderr)/, entries)).toEqual([]);
});

test('a secret is revealed only where it leaves by design', () => {
  const places = new Map<string, string>([
    ['src/credential-store/', 'a token is hashed, sealed, or compared by its MAC'],
    ['src/storage/folder.ts', 'the master key is kept in a file of its own'],
    ['src/storage/postgres/', 'the address of a server goes to its driver'],
    ['src/sinks/', 'a delivery is what a secret is for'],
    ['src/adapters/', 'what callers show goes to the store, and libsodium takes bytes'],
    ['src/main/', 'keys are kept in files of their own, and libsodium takes bytes'],
    ['src/http/', 'what a caller shows goes to the verifier'],
    [
      'src/compat/flatfile/',
      'a key, a token and a customer' + "'" + 's secret are in the one answer that made or asked for them',
    ],
    ['src/outbox/', 'a letter is there to bring somebody what they come in by'],
    ['src/client/', 'what a caller shows goes to the authority that was named'],
    ['src/verifier/', 'the pepper keys the hash'],
    ['src/cli/commands/claim.ts', 'a claim shows the secret once'],
  ]);
  const revealing = linesMatching(/\.reveal\(\)/, new RegExp(`^(${[...places.keys()].join('|')})`));
  expect(revealing).toEqual([]);
});

test('no source file is longer than 300 lines', () => {
  expect(sources.filter(({ text }) => text.split('\n').length > 301).map(({ file }) => file)).toEqual([]);
});

test('nothing is left for later', () => {
  expect(linesMatching(/\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-expect-error|\bas any\b/, /^$/)).toEqual([]);
});

test('the version is the one in package.json', () => {
  expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version).toBe(VERSION);
});

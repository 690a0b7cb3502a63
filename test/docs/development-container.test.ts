/** The development container against what a merge must pass on a bare machine (.ci/run): one list of programs, one version of Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const json = (path: string) => JSON.parse(text(path));

const ciRun = text('.ci/run');
const container = json('.devcontainer/devcontainer.json');
const dockerfile = text(join('.devcontainer', container.build.dockerfile)).replaceAll('\\\n', ' ');

/** What `apt-get install` takes, without its flags. */
const installed = (script: string): readonly string[] =>
  [...script.matchAll(/apt-get install ([^&\n]+)/g)]
    .flatMap(([, words = '']) => words.trim().split(/\s+/))
    .filter((word) => !word.startsWith('-') && !word.startsWith('"'))
    .sort();

test('development container: it has the programs that .ci/run installs, and no others', () => {
  const wanted = [...ciRun.matchAll(/^.*\binstall_package ([a-z][a-z0-9.+-]*)/gm)].map(
    ([, name = '']) => name,
  );
  expect(wanted.length).toBeGreaterThan(0);
  expect(installed(dockerfile)).toEqual(wanted.sort());
});

test('development container: its Node is the oldest that the package supports', () => {
  const [, major] = /^FROM node:(\d+)-bookworm$/m.exec(dockerfile) ?? [];
  const { engines, devDependencies } = json('package.json');
  expect(engines.node).toMatch(new RegExp(`^>=${major}\\.`));
  expect(devDependencies['@types/node']).toMatch(new RegExp(`^${major}\\.`));
});

test('development container: it installs the packages as .ci/run does', () => {
  expect(ciRun.split('\n')).toContain(container.postCreateCommand);
});

test('development container: the port that keywright serve listens on by default is forwarded', () => {
  const [, port] = /'listen'\) \?\? '127\.0\.0\.1:(\d+)'/.exec(text('src/cli/commands/serve.ts')) ?? [];
  expect(container.forwardPorts).toEqual([Number(port)]);
});

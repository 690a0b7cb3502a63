/** Which machine this is: stable where anything is kept, and never the host's name. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineOf } from '../../src/main/machine.js';
import { seededEntropy } from '../support/store-world.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kw-machine-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const none = join(tmpdir(), 'kw-no-such-file');
const machine = (env = {}, seed = 'one', systemFiles = [none]) =>
  machineOf({ XDG_STATE_HOME: home, ...env }, seededEntropy(seed), systemFiles);

test('is what KEYWRIGHT_MACHINE says', () => {
  expect(machine({ KEYWRIGHT_MACHINE: 'runner-7' }).id()).toBe('runner-7');
});

test('is the id of the operating system, which is not shown', () => {
  const file = join(home, 'machine-id');
  writeFileSync(file, `${'ab'.repeat(16)}\n`);
  const id = machine({}, 'one', [none, file]).id();
  expect(id).toMatch(/^[0-9a-f]{12}$/);
  expect(id).not.toContain('abab');
  expect(machine({}, 'two', [file]).id()).toBe(id);
});

test('is a generated id where none exists, kept by a process that is about to deliver and not by one that only looks', () => {
  const looking = machine();
  expect(looking.id()).toBe(looking.id());
  const file = join(home, 'keywright', 'machine-id');
  expect(existsSync(file)).toBe(false);
  const delivering = machine({}, 'two');
  delivering.keep();
  expect(readFileSync(file, 'utf8').trim()).toBe(delivering.id());
  machine({}, 'three').keep();
  expect(machine({}, 'four').id()).toBe(delivering.id());
  expect([looking.id(), delivering.id()]).not.toContain(hostname());
});

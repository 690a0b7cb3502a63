/** A process is dead only where that is certain: this machine, this boot, and no such process or a later one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { systemProcesses } from '../../src/main/processes.js';
import type { ProcessMark } from '../../src/ports/live-store.js';

const own = (): ProcessMark => {
  const mark = systemProcesses.own();
  if (mark === undefined) throw new Error('this system does not tell processes apart');
  return mark;
};
const startOf = (pid: number): string => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

it('processes: one that runs is not dead, and one that was killed is', async () => {
  expect(systemProcesses.isDead(own())).toBe(false);
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const mark = { ...own(), pid, started: startOf(pid) };
  expect(systemProcesses.isDead(mark)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(systemProcesses.isDead(mark)).toBe(true);
});

it('processes: a number that was given to a later process is no proof of life', () => {
  expect(systemProcesses.isDead({ ...own(), started: '1' })).toBe(true);
});

it.each([
  ['another machine', { machine: 'elsewhere' }],
  ['another boot, or another container', { boot: 'before' }],
])('processes: nothing is certain of %s', (_, other) => {
  expect(systemProcesses.isDead({ ...own(), ...other, pid: 2 ** 22 - 1, started: '1' })).toBe(false);
});

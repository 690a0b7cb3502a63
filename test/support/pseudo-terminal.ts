/**
 * The built command at a pseudo-terminal, as a person has it in front of them: keys are typed when a text can be read
 * on the screen, and the screen at the end is what is left after everything that was erased or written over.
 */
import { spawn } from 'node:child_process';
import { COMMAND } from './workspace.js';

/** Once the screen shows `when`, these keys are typed. */
export interface Typing {
  readonly when: string;
  readonly keys: string;
}

export interface TerminalEnding {
  readonly code: number | null;
  /** What can be read at the end. */
  readonly screen: string;
  /** What could be read when each of the keys were typed. */
  readonly seen: readonly string[];
}

export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';

/** Forks under a terminal of its own, and carries bytes both ways. Ends as the command does. */
const PTY = `
import os, pty, sys, select
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
stdin = 0
while True:
    ready, _, _ = select.select([fd, stdin] if stdin is not None else [fd], [], [])
    if fd in ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        os.write(1, data)
    if stdin is not None and stdin in ready:
        typed = os.read(stdin, 1024)
        if typed:
            os.write(fd, typed)
        else:
            stdin = None
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`;

const PATIENCE_MS = 60_000;

/** Runs `keywright ARGS` in `folder` at a terminal, to its end. */
export function atTerminal(
  folder: string,
  args: readonly string[],
  typings: readonly Typing[] = [],
): Promise<TerminalEnding> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KEYWRIGHT_|FORCE_COLOR|NO_COLOR)/.test(name)),
  );
  const child = spawn('python3', ['-c', PTY, process.execPath, COMMAND, ...args], {
    cwd: folder,
    env: { ...env, TERM: 'xterm' },
  });
  const waiting = [...typings];
  const seen: string[] = [];
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
    const [next] = waiting;
    const screen = next && screenOf(output);
    if (next === undefined || screen === undefined || !screen.includes(next.when)) return;
    waiting.shift();
    seen.push(screen);
    child.stdin.write(next.keys);
  });
  return new Promise((resolve, reject) => {
    // A question that cannot be read is waited for in vain; then the screen says what can be.
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, screen: screenOf(output), seen });
    });
  });
}

/** What a terminal shows after these bytes: as much of its language as readline and progress bars speak. */
export function screenOf(bytes: string): string {
  const lines: string[][] = [[]];
  let [row, column] = [0, 0];
  const line = (): string[] => {
    while (lines.length <= row) lines.push([]);
    return lines[row] ?? [];
  };
  for (const [token, parameter = '', command = ''] of bytes.matchAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the language of terminals begins with one
    /\u001b\[([?0-9;]*)([A-Za-z])|[\s\S]/g,
  )) {
    const count = Number.parseInt(parameter, 10) || 1;
    if (token === '\r') column = 0;
    else if (token === '\n') row++;
    else if (token === '\b') column = Math.max(0, column - 1);
    else if (command === 'G') column = count - 1;
    else if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'B') row += count;
    else if (command === 'C') column += count;
    else if (command === 'D') column = Math.max(0, column - count);
    else if (command === 'K') parameter === '2' ? line().splice(0) : line().splice(column);
    else if (command === 'J') {
      line().splice(column);
      lines.splice(row + 1);
    } else if (command === '') {
      const at = line();
      while (at.length < column) at.push(' ');
      at[column++] = token;
    }
  }
  return lines.map((one) => one.join('').trimEnd()).join('\n');
}

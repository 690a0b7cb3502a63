/**
 * Runs one built command after another in one process, which spares each of them the loading of its modules:
 * `node --expose-gc command-host.mjs ENTRY`, driven by command-hosts.ts over IPC. What a command would have in a process of its own it
 * has here: the arguments, the environment, the working folder, the umask, standard input, the exit code, and an end only
 * when nothing is left to wait for. What it prints goes to this process' own output, so that no byte gets past the test.
 *
 *     { args, env, cwd, umask, input, mark } ──▶ import ENTRY anew ──▶ event loop empty ──▶ mark on both outputs, { code }
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const entry = process.argv[2];
const initialMask = process.umask();
/** Node's own code for a module that waits for what never comes. */
const UNSETTLED = 13;
const EMITTERS = [process, process.stdout, process.stderr];

let input = Readable.from([]);
Object.defineProperty(process, 'stdin', { configurable: true, get: () => input });

let nth = 0;
/** Ends the command that runs. */
let end;

process.on('message', (request) => {
  // From here on only the command keeps this process busy.
  process.channel.unref();
  run(request);
});
process.on('beforeExit', () => end?.());
// Without the test there is nothing to do.
process.on('disconnect', () => process.exit(0));

function run({ args, env, cwd, umask, input: text, mark }) {
  const listeners = EMITTERS.map(listenersOf);
  let isSettled = false;
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, entry, ...args];
  process.chdir(cwd);
  process.umask(umask);
  input = Readable.from(text === '' ? [] : [Buffer.from(text)]);
  end = async () => {
    end = undefined;
    const code = isSettled ? (process.exitCode ?? 0) : UNSETTLED;
    for (const [at, emitter] of EMITTERS.entries()) keepOnly(emitter, listeners[at]);
    process.exitCode = undefined;
    process.chdir('/');
    process.umask(initialMask);
    process.channel.ref();
    // Behind all that was printed, also where a reader is slow.
    for (const output of [process.stdout, process.stderr])
      await new Promise((resolve) => output.write(mark, resolve));
    process.send({ code, holdsLocks: await holdsLocks() });
  };
  // An exception that gets here ends this process, as it would that of the command alone.
  nth += 1;
  import(`${pathToFileURL(entry)}?${nth}`).then(() => {
    isSettled = true;
  });
}

const listenersOf = (emitter) =>
  new Map(emitter.eventNames().map((name) => [name, new Set(emitter.rawListeners(name))]));

function keepOnly(emitter, known) {
  for (const name of emitter.eventNames())
    for (const listener of emitter.rawListeners(name))
      if (!known.get(name)?.has(listener)) emitter.removeListener(name, listener.listener ?? listener);
}

/**
 * Whether the kernel would take a lock from this process at its end: then it has to end. Databases that were closed are
 * let go of when their last statement is collected.
 */
async function holdsLocks() {
  const mine = new RegExp(`^\\d+: (?:-> )?\\w+ +\\w+ +\\w+ +${process.pid} `, 'm');
  for (let attempt = 0; attempt < 3; attempt++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
    if (!mine.test(locks())) return false;
  }
  return true;
}

/** Where they are not to be seen, outside Linux, there may be some. */
function locks() {
  try {
    return readFileSync('/proc/locks', 'utf8');
  } catch {
    return `1: POSIX ADVISORY READ ${process.pid} `;
  }
}

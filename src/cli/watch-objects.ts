/** `get --watch`: the list, then a line for each object that changed, until stopped. */
import type { LiveObject } from '../domain/live.js';
import { refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { type Instant, SECOND_MS } from '../domain/time.js';
import type { LiveStore } from '../ports/live-store.js';
import { objectJson, objectsNames, objectsText, objectsWide, objectsYaml } from '../render/objects.js';
import { printable } from '../render/text-format.js';
import { EXIT, type ExitCode } from './exit.js';
import { type Failure, failure } from './failure.js';
import { printLine } from './output.js';
import type { CommandContext } from './terminal.js';

interface Listed {
  readonly objects: readonly LiveObject[];
  readonly now: Instant;
}

/** States change by time alone, of which no change feed tells. */
const LOOK_EVERY_MS = SECOND_MS;

/** Ends when it is interrupted, as a success. */
export async function watchObjects(
  context: CommandContext,
  store: LiveStore,
  list: () => Promise<Result<Listed, Failure>>,
): Promise<Result<ExitCode, Failure>> {
  const { terminal, world, flags } = context;
  if (flags.output === 'markdown')
    return failure(
      'usage',
      '--watch prints one object after another; leave --output markdown or --watch away',
    );
  const { silentSignal: signal } = terminal;
  const known = new Map<string, string>();
  const wake = alarm();
  const unwatch = store.watch(wake.ring);
  try {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const listed = await list();
      if (!listed.ok) return listed;
      print(context, changesSince(known, listed.value), isFirst);
      await Promise.race([world.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined), wake.rung()]);
    }
    return ok(EXIT.done);
  } finally {
    unwatch();
  }
}

interface Changes extends Listed {
  /** By name, objects that are gone. */
  readonly gone: readonly string[];
  readonly isNew: (object: LiveObject) => boolean;
}

/** Those that are not as they were printed last; `known` is what is printed from here on. */
function changesSince(known: Map<string, string>, { objects, now }: Listed): Changes {
  const present = new Set(objects.map(({ ref }) => refText(ref)));
  const gone = [...known.keys()].filter((name) => !present.has(name));
  for (const name of gone) known.delete(name);
  const added = new Set<string>();
  const changed = objects.filter((object) => {
    const name = refText(object.ref);
    const text = JSON.stringify(objectJson(object, now));
    if (known.get(name) === text) return false;
    if (!known.has(name)) added.add(name);
    known.set(name, text);
    return true;
  });
  return { objects: changed, now, gone, isNew: ({ ref }) => added.has(refText(ref)) };
}

function print(context: CommandContext, { objects, now, gone, isNew }: Changes, isFirst: boolean): void {
  const { terminal, flags } = context;
  if (flags.output === 'json') {
    for (const object of objects)
      printLine(
        'WatchEvent',
        { type: isNew(object) ? 'added' : 'changed', object: objectJson(object, now) },
        context,
      );
    for (const name of gone) printLine('WatchEvent', { type: 'deleted', name }, context);
    return;
  }
  if (flags.output === 'yaml')
    for (const object of objects) terminal.out(`---\n${objectsYaml([object], now)}`);
  else if (flags.output === 'name') terminal.out(objectsNames(objects));
  else if (objects.length > 0) {
    const text = (flags.output === 'wide' ? objectsWide : objectsText)(objects, now);
    terminal.out(isFirst ? text : text.slice(text.indexOf('\n') + 1));
  }
  if (flags.output !== 'name') for (const name of gone) terminal.out(`${printable(name)}  deleted\n`);
}

/** `rung` resolves at the next notification, or at once when one came since the last time. */
function alarm() {
  let hasRung = false;
  let wake: () => void = () => undefined;
  return {
    ring: (): void => {
      hasRung = true;
      wake();
    },
    rung: async (): Promise<void> => {
      if (!hasRung)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      hasRung = false;
    },
  };
}

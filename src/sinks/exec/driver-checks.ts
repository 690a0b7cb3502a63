/** What a driver has to do, as checks: the whole protocol of one that reads, and what is left of it for one that only writes. */
import type { SinkAbility } from '../../domain/sinks/index.js';
import { EXIT, readIn } from './protocol.js';
import type { Condition, Outcome, Trial } from './trial.js';

/** Undefined when it passed, else what was wrong. */
type Verdict = Promise<string | undefined>;

export interface Check {
  readonly name: string;
  /** What a driver must be able to do for the check to apply. */
  readonly needs?: 'value' | 'conditional';
  run(place: Place): Verdict;
}

/** A location of its own for each check. */
export interface Place {
  readonly trial: Trial;
  readonly name: string;
  readonly ability: SinkAbility;
}

const WRITERS = 8;
const ABSENT: Condition = { absent: true };

export const FULL_CHECKS: readonly Check[] = [
  { name: 'a location that was never written to is not found, and is created once', run: isCreatedOnce },
  roundTrip('quotes and backslashes', (canary) => `${canary} ' " \` $HOME $(id) \\ \\n %s * ~ # ; & | < >`),
  roundTrip('newlines and tabs', (canary) => `\n ${canary}\n\nsecond line\r\n\tthird line \n`),
  roundTrip('characters beyond ASCII', (canary) => `${canary} ÄÖü ß 漢字 🔑 \u200f\u0301`),
  { name: 'a stale writer is refused, and nothing is written', needs: 'conditional', run: refusesStale },
  { name: 'writing the same value again changes the revision', needs: 'conditional', run: isTouched },
  {
    name: `of ${WRITERS} writers at one revision, one gets through`,
    needs: 'conditional',
    run: hasOneWinner,
  },
  { name: 'an unknown verb ends with exit code 64', run: refusesUnknownVerb },
  { name: 'an unknown member is ignored', run: ignoresUnknownMember },
];

export const WRITE_ONLY_CHECKS: readonly Check[] = [
  { name: 'values with quotes, newlines and characters beyond ASCII are written', run: takesAnyText },
  { name: 'an unknown verb ends with exit code 64', run: refusesUnknownVerb },
  { name: 'an unknown member is ignored', run: takesUnknownMember },
];

async function isCreatedOnce(place: Place): Verdict {
  const { trial, name, ability } = place;
  const outcome = await trial.read(name);
  const problem = notDone(outcome, 'read');
  if (problem !== undefined) return problem;
  const found = readIn(outcome.answer, ability);
  if (!found.ok) return `read answered wrongly: ${found.error}`;
  if (found.value.found) return 'found is true';
  const first = await created(place, valueFor(place, 'first'));
  if (first.problem !== undefined || ability.write !== 'conditional') return first.problem;
  const again = await trial.write(name, valueFor(place, 'second'), ABSENT);
  return notMoved(again) ?? holds(place, valueFor(place, 'first'));
}

function roundTrip(what: string, valueWith: (canary: string) => string): Check {
  return {
    name: `a value with ${what} comes back as it was written`,
    needs: 'value',
    run: async ({ trial, name, ability }) => {
      const value = valueWith(trial.subject.canary);
      const written = await created({ trial, name, ability }, value);
      return written.problem ?? (await holds({ trial, name, ability }, value));
    },
  };
}

async function refusesStale(place: Place): Verdict {
  const { trial, name } = place;
  const first = await created(place, valueFor(place, 'first'));
  if (first.revision === undefined) return first.problem;
  const second = await trial.write(name, valueFor(place, 'second'), { revision: first.revision });
  const problem = notDone(second, 'write');
  if (problem !== undefined) return problem;
  const stale = await trial.write(name, valueFor(place, 'third'), { revision: first.revision });
  return notMoved(stale) ?? holds(place, valueFor(place, 'second'));
}

async function isTouched(place: Place): Verdict {
  const { trial, name } = place;
  const value = valueFor(place, 'first');
  const first = await created(place, value);
  if (first.revision === undefined) return first.problem;
  const touched = notDone(await trial.write(name, value, { revision: first.revision }), 'write');
  if (touched !== undefined) return touched;
  const late = await trial.write(name, valueFor(place, 'late'), { revision: first.revision });
  return notMoved(late) ?? holds(place, value);
}

async function hasOneWinner(place: Place): Verdict {
  const { trial, name } = place;
  const first = await created(place, valueFor(place, 'first'));
  const { revision } = first;
  if (revision === undefined) return first.problem;
  const values = Array.from({ length: WRITERS }, (_, nth) => valueFor(place, `writer ${nth}`));
  const outcomes = await Promise.all(values.map((value) => trial.write(name, value, { revision })));
  const winners = values.filter((_, nth) => outcomes[nth]?.code === EXIT.done);
  const [winner] = winners;
  if (winner === undefined || winners.length > 1)
    return `${winners.length} of ${WRITERS} got through (${outcomes.map(endOf).join(', ')})`;
  const other = outcomes.find(({ code }) => code !== EXIT.done && code !== EXIT.moved);
  return other === undefined
    ? holds(place, winner)
    : `a loser ended with ${endOf(other)}, not exit code ${EXIT.moved}`;
}

async function refusesUnknownVerb({ trial }: Place): Verdict {
  const outcome = await trial.unknownVerb();
  return outcome.code === EXIT.unsupported ? undefined : `it ended with ${endOf(outcome)}`;
}

async function ignoresUnknownMember(place: Place): Verdict {
  const value = valueFor(place, 'first');
  const written = await created(place, value, { future: { of: ['the protocol'] } });
  return written.problem ?? (await holds(place, value));
}

async function takesUnknownMember(place: Place): Verdict {
  const more = { future: { of: ['the protocol'] } };
  return notDone(await place.trial.write(place.name, valueFor(place, 'first'), null, more), 'write');
}

async function takesAnyText({ trial, name }: Place): Verdict {
  const value = `${trial.subject.canary} ' " \\ $(id)\nsecond line 漢字 🔑\n`;
  return notDone(await trial.write(name, value, null), 'write');
}

interface Created {
  /** Undefined when there is a problem, or the driver has no revisions. */
  readonly revision: string | undefined;
  readonly problem: string | undefined;
}

async function created(place: Place, value: string, more?: object): Promise<Created> {
  const { trial, name, ability } = place;
  const condition = ability.write === 'conditional' ? ABSENT : null;
  const problem = notDone(await trial.write(name, value, condition, more), 'write');
  if (problem !== undefined) return { revision: undefined, problem };
  const outcome = await trial.read(name);
  const found = readIn(outcome.answer, ability);
  if (!found.ok) return { revision: undefined, problem: `read answered wrongly: ${found.error}` };
  if (!found.value.found) return { revision: undefined, problem: 'what was written is not found' };
  return { revision: found.value.revision, problem: undefined };
}

/** Without a word of what it holds: it has the canary in it. */
async function holds({ trial, name, ability }: Place, value: string): Verdict {
  if (ability.read !== 'value') return undefined;
  const outcome = await trial.read(name);
  const problem = notDone(outcome, 'read');
  if (problem !== undefined) return problem;
  return outcome.answer['value'] === value ? undefined : 'the value that was read is another one';
}

const valueFor = ({ trial }: Place, text: string): string => `${trial.subject.canary} ${text}`;

const notDone = (outcome: Outcome, verb: string): string | undefined =>
  outcome.code === EXIT.done ? undefined : `${verb} ended with ${endOf(outcome)}`;

const notMoved = (outcome: Outcome): string | undefined =>
  outcome.code === EXIT.moved
    ? undefined
    : `the write ended with ${endOf(outcome)}, not exit code ${EXIT.moved}`;

const endOf = ({ code, why }: Outcome): string => (code === undefined ? why : `exit code ${code}`);

/** Tests a driver against the protocol: `keywright driver test sink`. Takes out what it wrote as far as the driver can. */
import type { Entropy } from '../../domain/entropy.js';
import type { SinkAbility } from '../../domain/sinks/index.js';
import type { DriverCheck, DriverTest } from '../../ports/driver-test.js';
import { type Check, FULL_CHECKS, WRITE_ONLY_CHECKS } from './driver-checks.js';
import { abilityIn, EXIT, readIn, WRITE_ONLY } from './protocol.js';
import { canSample, type Subject, Trial } from './trial.js';

const DESCRIBE = 'describe says what the driver can do';

export async function testDriver(given: Omit<Subject, 'canary'>, entropy: Entropy): Promise<DriverTest> {
  const random = Buffer.from(entropy.bytes(8)).toString('hex');
  const trial = new Trial({ ...given, canary: `canary-${random}` });
  const described = await trial.describe();
  const isWriteOnly = described.code === EXIT.unsupported;
  if (described.code !== EXIT.done && !isWriteOnly)
    return {
      describes: 'nothing',
      checks: [
        failed(
          DESCRIBE,
          `it ended with ${described.code === undefined ? described.why : `exit code ${described.code}`}`,
        ),
      ],
    };
  const ability = isWriteOnly ? { ok: true as const, value: WRITE_ONLY } : abilityIn(described.answer);
  if (!ability.ok) return { describes: 'nothing', checks: [failed(DESCRIBE, ability.error)] };
  const checks = await runAll(trial, ability.value, random);
  const first: readonly DriverCheck[] =
    ability.value.read === 'nothing' ? [] : [{ name: DESCRIBE, outcome: 'passed' }];
  return {
    describes: wordOf(ability.value),
    checks: [...first, ...checks, ...leakChecks(trial, ability.value)],
  };
}

async function runAll(trial: Trial, ability: SinkAbility, random: string): Promise<readonly DriverCheck[]> {
  const done: DriverCheck[] = [];
  const checks = ability.read === 'nothing' ? WRITE_ONLY_CHECKS : FULL_CHECKS;
  for (const [nth, check] of checks.entries()) {
    const place = { trial, ability, name: `${trial.subject.place}-${random}-${nth}` };
    const why = missingFor(check, ability);
    if (why !== undefined) {
      done.push({ name: check.name, outcome: 'skipped', detail: why });
      continue;
    }
    const problem = await check.run(place);
    done.push(problem === undefined ? { name: check.name, outcome: 'passed' } : failed(check.name, problem));
    if (ability.read !== 'nothing') await takeOut(place.name, trial, ability);
  }
  return done;
}

/** An empty value takes out; whether it did is no check of its own. */
async function takeOut(place: string, trial: Trial, ability: SinkAbility): Promise<void> {
  const found = readIn((await trial.read(place)).answer, ability);
  if (!found.ok || !found.value.found) return;
  const { revision } = found.value;
  await trial.write(
    place,
    '',
    ability.write === 'conditional' && revision !== undefined ? { revision } : null,
  );
}

function missingFor({ needs }: Check, { read, write }: SinkAbility): string | undefined {
  if (needs === 'value' && read !== 'value') return 'the driver shows no values';
  if (needs === 'conditional' && write !== 'conditional') return 'the driver does not compare';
  return undefined;
}

/** The secret belongs on standard input, and on standard output of `read`. */
function leakChecks({ leaks }: Trial, { read }: SinkAbility): readonly DriverCheck[] {
  const onErrors = [...leaks].filter((one) => one.startsWith('standard error'));
  const onLines = [...leaks].filter((one) => !one.startsWith('standard error'));
  const errors = outcomeOf('no secret is on standard error', onErrors);
  const lines: DriverCheck = canSample()
    ? outcomeOf('no secret is on a command line', onLines)
    : { name: 'no secret is on a command line', outcome: 'skipped', detail: 'this system has no /proc' };
  if (read !== 'nothing') return [errors, lines];
  return [outcomeOf('no secret is on standard error or a command line', [...leaks])];
}

const outcomeOf = (name: string, leaks: readonly string[]): DriverCheck =>
  leaks.length === 0 ? { name, outcome: 'passed' } : failed(name, `it was on ${leaks.join(', ')}`);

const failed = (name: string, detail: string): DriverCheck => ({ name, outcome: 'failed', detail });

function wordOf({ read, write }: SinkAbility): DriverTest['describes'] {
  if (read === 'nothing') return 'write-only';
  if (read === 'revision') return 'revisions only';
  return write === 'conditional' ? 'full' : 'not conditional';
}

/** The adapter of exec: one run of the user's program for each request. */
import { fail, ok, type Result } from '../../domain/result.js';
import { parseExecObject } from '../../domain/sinks/exec.js';
import type { SinkAbility } from '../../domain/sinks/index.js';
import type { Call, Driver, DriverWorld, Held, OpenDriver, Write, Written } from '../driver.js';
import { abilityIn, EXIT, readIn, WRITE_ONLY } from './protocol.js';
import { malformed, nameOf, request } from './request.js';
import { valueIn, valuesOf, valueToWrite } from './values.js';

export const openExec: OpenDriver = (_, world): Driver => {
  const described = new Map<string, SinkAbility>();
  const abilityAt = async (object: string, call: Call): Promise<Result<SinkAbility>> => {
    const { command, env } = parseExecObject(object);
    const key = JSON.stringify([command, env]);
    const known = described.get(key);
    if (known !== undefined) return ok(known);
    const ability = await describe(object, call, world);
    if (ability.ok) described.set(key, ability.value);
    return ability;
  };
  return {
    ability: abilityAt,
    deadlineMs: (object) => parseExecObject(object).timeoutMs,
    read: async (object, call) => {
      const ability = await abilityAt(object, call);
      return ability.ok ? read(object, ability.value, call, world) : ability;
    },
    write: async (object, write, call) => {
      const ability = await abilityAt(object, call);
      return ability.ok ? writeTo(object, { ability: ability.value, write, call, world }) : ability;
    },
    touch: async (object, over, call) => {
      const ability = await abilityAt(object, call);
      if (!ability.ok) return ability;
      const value = over.values && valueIn(over.values);
      // What cannot be written on a condition, or written back, cannot be touched either.
      if (ability.value.write !== 'conditional' || value === undefined) return ok(undefined);
      const done = await request(
        object,
        'write',
        { value, if: { revision: over.revision } },
        { call, world },
      );
      return done.ok ? ok(undefined) : done;
    },
  };
};

async function describe(object: string, call: Call, world: DriverWorld): Promise<Result<SinkAbility>> {
  const answer = await request(object, 'describe', {}, { call, world, accepts: EXIT.unsupported });
  if (!answer.ok) return answer;
  if (answer.value === undefined) return ok(WRITE_ONLY);
  const ability = abilityIn(answer.value);
  return ability.ok ? ability : fail(malformed('sink_refused', nameOf(object, 'describe'), ability.error));
}

async function read(
  object: string,
  ability: SinkAbility,
  call: Call,
  world: DriverWorld,
): Promise<Result<Held | undefined>> {
  const answer = await request(object, 'read', {}, { call, world });
  if (!answer.ok) return answer;
  const found = readIn(answer.value ?? {}, ability);
  if (!found.ok) return fail(malformed('sink_unavailable', nameOf(object, 'read'), found.error));
  const { value, revision } = found.value;
  if (!found.value.found) return ok(undefined);
  return ok({ values: value === undefined ? undefined : valuesOf(value), revision });
}

interface Writing {
  readonly ability: SinkAbility;
  readonly write: Write;
  readonly call: Call;
  readonly world: DriverWorld;
}

async function writeTo(
  object: string,
  { ability, write, call, world }: Writing,
): Promise<Result<Written | undefined>> {
  const { over, of } = write;
  const [first] = of;
  const condition = over === undefined ? { absent: true } : { revision: over.revision };
  const body = {
    ...(first && { object: first.object, generation: first.generation }),
    value: valueToWrite(write),
    if: ability.write === 'conditional' ? condition : null,
  };
  const answer = await request(object, 'write', body, { call, world });
  if (!answer.ok) return answer;
  const revision = answer.value?.['revision'];
  return ok(typeof revision === 'string' && revision !== '' ? { revision } : undefined);
}

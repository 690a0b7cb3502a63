/** `keywright driver test sink`: does a driver of the user's keep the protocol of exec sinks? */
import { ok, type Result } from '../../domain/result.js';
import { type DurationMs, MINUTE_MS, parseDuration, SECOND_MS } from '../../domain/time.js';
import { driverTestJson, driverTestText, hasPassed } from '../../render/driver-test.js';
import type { Command } from '../command.js';
import type { DriverTestRequest } from '../dependencies.js';
import { EXIT } from '../exit.js';
import { type Failure, failure } from '../failure.js';
import { printObject } from '../output.js';

const USAGE = 'keywright driver test sink --config JSON -- COMMAND…';
const DEFAULT_TIMEOUT_MS = 30 * SECOND_MS;
const TIMEOUT_MAX_MS = 2 * MINUTE_MS;

export const driver: Command = {
  name: 'driver',
  arguments: [
    { name: '<action>', description: 'test' },
    { name: '<what>', description: 'sink' },
    { name: '<command...>', description: 'the driver and its arguments, after --' },
  ],
  description:
    'Test a driver for exec sinks against the protocol: what is written comes back, stale writers are refused, no secret leaks. ' +
    'Exit code 0 when every check passes, 1 otherwise.',
  options: [
    {
      flags: '--config <json>',
      description:
        'as in the sink: `place` (what the locations of the test begin with), env (names of variables), timeout',
    },
  ],
  examples: [
    `keywright driver test sink --config '{"place": "/test/keywright", "env": ["ETCDCTL_ENDPOINTS"]}' -- ./drivers/etcd.sh`,
    'keywright driver test sink -- ./drivers/etcd.sh --output json',
  ],
  run: async (context, input) => {
    if (input.argument(0) !== 'test' || input.argument(1) !== 'sink')
      return failure('usage', `a driver is tested with: ${USAGE}`);
    const config = configOf(input.text('config') ?? '{}');
    if (!config.ok) return config;
    const tested = await context.world.testDriver({
      ...{ folder: context.flags.folder, command: input.list(2) },
      ...config.value,
    });
    if (context.flags.output === 'json') printObject('DriverTest', driverTestJson(tested), context);
    else context.terminal.out(driverTestText(tested));
    return ok(hasPassed(tested) ? EXIT.done : EXIT.error);
  },
};

type Config = Omit<DriverTestRequest, 'folder' | 'command'>;

function configOf(text: string): Result<Config, Failure> {
  const value = parsed(text);
  if (value === undefined)
    return failure('usage', '--config is not a JSON object such as {"place": "/test"}');
  const { place = 'keywright-driver-test', env = [], timeout, ...more } = value;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined)
    return failure(
      'usage',
      `--config: unknown member ${JSON.stringify(unknown)}; use "place", env and timeout`,
    );
  if (typeof place !== 'string' || place === '') return failure('usage', '--config: place must be a text');
  if (!isNames(env))
    return failure('usage', '--config: env must be a list of names of variables, none of KEYWRIGHT_…');
  const timeoutMs = timeoutIn(timeout);
  if (timeoutMs === undefined)
    return failure('usage', '--config: timeout must be a duration from 1s to 2m, such as "30s"');
  return ok({ place, env, timeoutMs });
}

function timeoutIn(timeout: unknown): DurationMs | undefined {
  if (timeout === undefined) return DEFAULT_TIMEOUT_MS;
  const ms = typeof timeout === 'string' ? parseDuration(timeout) : undefined;
  return ms?.ok && ms.value >= SECOND_MS && ms.value <= TIMEOUT_MAX_MS ? ms.value : undefined;
}

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.every((one) => typeof one === 'string' && /^(?!KEYWRIGHT_)[A-Za-z_][A-Za-z0-9_]*$/.test(one));

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where the time of a plan with nothing changed goes, phase by phase in one process that does what
 * `keywright plan` does. Not a comparison: for finding what to make faster. The fleet is that of `plan`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadDesired, loadProject } from '../src/documents/load.js';
import { DOCUMENTS_MANAGER } from '../src/domain/live.js';
import type { Result } from '../src/domain/result.js';
import { createWorld } from '../src/main/dependencies.js';
import { gather } from '../src/observe/gather.js';
import { plan } from '../src/plan/plan-changes.js';
import { NO_CONNECTIONS } from '../src/ports/connections.js';
import { isQuick, note, report } from './support/figures.js';
import { dotenvLayout, scratchFolder, writeFleet } from './support/fleet.js';
import { keywright, requireCli, runNode } from './support/processes.js';

const KEYS = isQuick ? 5_000 : 100_000;

const phases = new Map<string, number>();

async function timed<T>(phase: string, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const value = await work();
  phases.set(phase, (phases.get(phase) ?? 0) + performance.now() - startedMs);
  return value;
}

/** The same port; every call of a method counts to its phase. */
function watched<Port extends object>(name: string, port: Port): Port {
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) =>
        timed(`${name}.${String(property)}`, async () => member.apply(target, args));
    },
  });
}

function unwrapped<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error).slice(0, 2_000));
  return result.value;
}

async function planOnce(folder: string): Promise<void> {
  const world = createWorld(process.env, undefined);
  const project = await timed('documents: project', async () => unwrapped(await loadProject(folder)));
  const place = { folder, location: '.keywright' };
  const memory = world.memory(place);
  const desired = await timed('documents', async () =>
    unwrapped(await loadDesired(project, memory ? { memory } : {})),
  );
  const store = await timed('open the store', async () => unwrapped(await world.openStore(place, 'refuse')));
  const observation = await timed('gather, all of it', async () =>
    unwrapped(
      await gather({
        desired,
        store: watched('gather: store', store),
        sinks: watched('gather: sinks', world.openSinks(folder, ['.'], NO_CONNECTIONS)),
        ownership: { project: project.project.name, manager: DOCUMENTS_MANAGER },
        recipient: await world.recipient(place),
        allowRemovals: undefined,
      }),
    ),
  );
  const planned = await timed('plan', async () => plan(observation.input));
  await timed('close the store', () => store.close());
  if (planned.steps.length > 0) note(`${planned.steps.length} steps: this fleet is not at rest`);
}

requireCli();
const folder = process.env['BENCH_FLEET'] ?? scratchFolder();
if (!existsSync(join(folder, '.keywright'))) {
  note(`applying ${KEYS.toLocaleString('en')} keys`);
  writeFleet(folder, KEYS, dotenvLayout);
  await runNode({ args: keywright('apply', '--auto-approve', '--output', 'json'), cwd: folder });
  await runNode({ args: keywright('plan'), cwd: folder });
}
await planOnce(folder);
for (const [what, value] of phases) report({ what, value, unit: 'ms' });

/** Apply over connections: services in memory behind the real engine of sinks, on a clock on which time is free. */
import type { ApplyWorld } from '../../src/apply/apply.js';
import type { SinkDeclaration } from '../../src/domain/kinds/index.js';
import type { Declaration } from '../../src/domain/objects.js';
import { ok } from '../../src/domain/result.js';
import type { Plan } from '../../src/plan/plan.js';
import type { Report } from '../../src/plan/report.js';
import { type Workplace, workplace } from './apply-folder.js';
import { type ApplyTestWorld, applyWorld } from './apply-world.js';
import { type MemoryService, memoryService } from './memory-driver.js';
import { untilDone, VirtualClock } from './virtual-clock.js';

export interface ConnectedWorld extends ApplyTestWorld {
  readonly time: VirtualClock;
  readonly service: MemoryService;
  readonly at: Workplace;
  /** Plans on the virtual clock: reading waits its turn as well. */
  planNow(declared: readonly Declaration[]): Promise<Plan>;
  /** Applies on the virtual clock, with the sinks of this world. */
  applyNow(plan: Plan, more?: Partial<ApplyWorld>): Promise<Report>;
}

/** `rates`: connections and the requests a second that each is declared to take. */
export async function connectedWorld(
  rates: Readonly<Record<string, number | undefined>>,
  more: Parameters<typeof workplace>[1] = {},
): Promise<ConnectedWorld> {
  const world = await applyWorld();
  const time = new VirtualClock();
  const service = memoryService(time);
  const connections = {
    find: async (name: string) => {
      const requestsPerSecond = rates[name];
      const spec = {
        vault: { address: `https://${name}.example.com` },
        ...(requestsPerSecond !== undefined && { requestsPerSecond }),
      };
      return ok(name in rates ? spec : undefined);
    },
  };
  const at = workplace(
    {},
    { connections, openers: { vault: service.open, exec: service.open }, clock: time, ...more },
  );
  return {
    ...world,
    ...{ time, service, at },
    planNow: (declared) => untilDone(time, world.planFor(declared, { sinks: at.sinks })),
    applyNow: (plan, more = {}) =>
      untilDone(time, world.carryOut(plan, { sinks: at.sinks, clock: time, ...more })),
    close: async () => {
      at.remove();
      await world.close();
    },
  };
}

export const byProgram = (program: string, place: string): SinkDeclaration => ({
  exec: { command: [program], place },
});

export const inVault = (connection: string, path: string, field = 'api_key'): SinkDeclaration => ({
  vault: { connection, mount: 'secret', path, fields: { [field]: 'key' } },
});

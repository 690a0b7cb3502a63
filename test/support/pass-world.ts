/** A small whole world for passes of the controller: the real embedded store in memory, real files, documents as values. */
import type { Documents, PassFailure } from '../../src/controller/documents.js';
import { type PassOutcome, type PassWorld, pass } from '../../src/controller/pass.js';
import { digestOf } from '../../src/domain/canonical.js';
import type { ProjectSpec } from '../../src/domain/kinds/index.js';
import { compareRefs, type Declaration, type ObjectRef } from '../../src/domain/objects.js';
import { ok, type Result } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { openInMemory } from '../../src/main/store-site.js';
import { workplace } from './apply-folder.js';
import { unwrap } from './apply-world.js';
import { entry, environment, key, project, service } from './plan-declarations.js';
import { testWorld } from './store-world.js';

export const APP: ObjectRef = { kind: 'ApiKey', name: 'app' };
export const PLACE = { dotenv: { path: 'app.env', variable: 'APP' } };

/** The key `app` in `development`, delivered to one place, with all it needs; `spec` is more of it. */
export const app = (spec: Parameters<typeof key>[1] = {}): readonly Declaration[] => [
  environment('development'),
  service('billing'),
  key('app', { environment: 'development', deliver: [PLACE], ...spec }),
];

export const HAND = { actor: 'ada', path: 'cli:revoke' };

export function documentsOf(
  declared: readonly Declaration[],
  guard: NonNullable<ProjectSpec['guard']> = {},
): Documents {
  const entries = declared.map(entry).sort((a, b) => compareRefs(a.ref, b.ref));
  const digest = digestOf([...entries.map(({ digest }) => digest), guard]);
  return { desired: { project: project(guard), entries, digest }, unresolved: () => [] };
}

export async function passWorld() {
  const { clock, entropy, sealing } = testWorld();
  const store = unwrap(await openInMemory({ clock, entropy, sealing }));
  const place = workplace();
  const identity = await sealing.newIdentity();
  let documents: Result<Documents, PassFailure> = ok(documentsOf([]));

  const run = (more: Partial<PassWorld> = {}): Promise<Result<PassOutcome, PassFailure>> =>
    pass({
      ...{ store, sinks: place.sinks, sealing, identity, clock, actor: 'controller', drift: 'report' },
      documents: async () => documents,
      ...more,
    });

  return {
    clock,
    store,
    place,
    run,
    declare: (declared: readonly Declaration[], guard?: NonNullable<ProjectSpec['guard']>): void => {
      documents = ok(documentsOf(declared, guard));
    },
    /** What is declared, read like this for so long. */
    resting: (restingMs: number) => async (): Promise<Result<Documents, PassFailure>> =>
      documents.ok ? ok({ ...documents.value, restingMs }) : documents,
    fail: (failure: PassFailure): void => {
      documents = { ok: false, error: failure };
    },
    /** One pass, which must not fail. */
    pass: async (more: Partial<PassWorld> = {}): Promise<PassOutcome> => {
      const passed = await run(more);
      if (!passed.ok) throw new Error(`${passed.error.fault.code}: ${passed.error.fault.message}`);
      return passed.value;
    },
    token: (): Secret => new Secret(/^APP="?([^"\n]*)/m.exec(place.text('app.env'))?.[1] ?? ''),
    isGood: async (token: Secret): Promise<boolean> => unwrap(await store.verify(token, {})).valid,
    versions: async () => unwrap(await store.fetch([APP]))[0]?.key?.versions ?? [],
    revokeByHand: async (): Promise<void> => {
      unwrap(await store.request({ kind: 'revoke', object: APP, overlapMs: 0 }, HAND));
    },
    close: async (): Promise<void> => {
      await store.close();
      place.remove();
    },
  };
}

export type PassTestWorld = Awaited<ReturnType<typeof passWorld>>;

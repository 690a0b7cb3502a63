/**
 * To add a type of sink is to add its declaration and its driver, and a line in each of two tables. The toy of pigeon.ts
 * is in those tables here, and nothing else of the sources knows its name.
 */
jest.mock('../../src/domain/sinks/table.js', () => {
  const { SINK_TYPES } = jest.requireActual('../../src/domain/sinks/table.js');
  return {
    SINK_TYPES: {
      ...SINK_TYPES,
      // Loaded when it is asked for: the toy needs what needs the table.
      get pigeon() {
        return jest.requireActual('./pigeon.js').pigeon;
      },
    },
  };
});
jest.mock('../../src/sinks/drivers.js', () => ({
  DRIVERS: { pigeon: (...given: unknown[]) => jest.requireActual('./pigeon.js').openPigeon(...given) },
}));

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SinkDeclaration, sinkIdOf } from '../../src/domain/kinds/index.js';
import type { Declaration } from '../../src/domain/objects.js';
import { sinkPhrase } from '../../src/domain/sinks/index.js';
import { documentsOf } from '../../src/render/export.js';
import { documentsCdk } from '../../src/render/export-cdk.js';
import { documentsYaml } from '../../src/render/export-yaml.js';
import { kindsPage, schemaText } from '../../src/render/reference.js';
import { applyWorld, BILLING, billing } from '../support/apply-world.js';
import { line, load, specFolder } from '../support/spec-folder.js';

interface Loft {
  readonly values: ReadonlyMap<string, string>;
  readonly revision: number;
}
const { LOFTS } = jest.requireActual<{ readonly LOFTS: Map<string, Loft> }>('./pigeon.js');

const toy = (loft: string, name = 'NOTE') => ({ pigeon: { loft, fields: { [name]: 'key' } } });
const SINK = toy('barn') as unknown as SinkDeclaration;
const ID = 'pigeon:barn#NOTE';

const documents = (deliver: string): string =>
  [
    'apiVersion: keywright.dev/v1\nkind: Environment\nmetadata: { name: production }\nspec: { isProd: true }\n',
    'apiVersion: keywright.dev/v1\nkind: Service\nmetadata: { name: billing }\nspec: {}\n',
    `apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: { name: billing-prod }\nspec: { environment: production, owner: { service: billing }, deliver: [${deliver}] }\n`,
  ].join('---\n');

const errorsOf = async (deliver: string): Promise<string> =>
  (await load(specFolder({ 'specs/all.yaml': documents(deliver) }))).errors
    .map((error) => `${line(error)} ${error.code} ${error.message}`)
    .join('\n');

async function declared(): Promise<readonly Declaration[]> {
  const { state, errors } = await load(
    specFolder({ 'specs/all.yaml': documents('{ pigeon: { loft: barn, fields: { NOTE: key } } }') }),
  );
  expect(errors.map(line)).toEqual([]);
  return state?.entries.map((entry) => entry.load()) ?? [];
}

beforeEach(() => LOFTS.clear());

test('two files: no source outside the two tables names a type that is not in them', () => {
  const sources = readdirSync(join(__dirname, '../../src'), { recursive: true, encoding: 'utf8' });
  const naming = sources.filter(
    (file) =>
      file.endsWith('.ts') && /pigeon/i.test(readFileSync(join(__dirname, '../../src', file), 'utf8')),
  );
  expect(naming).toEqual([]);
  expect([sinkIdOf(SINK), sinkPhrase(ID)]).toEqual([ID, 'pigeon NOTE at the loft barn']);
});

test('documents: shape, rules and conflicts are checked, in the JSON Schema and the reference too', async () => {
  expect(await declared()).toHaveLength(3);
  expect(await errorsOf('{ pigeon: { loft: Barn, fields: { NOTE: key } } }')).toMatch(/must match pattern/);
  expect(await errorsOf('{ pigeon: { loft: roof, fields: { NOTE: key } } }')).toMatch(
    /must have a roof over it/,
  );
  expect(await errorsOf('{ pigeon: { loft: barn, colour: grey, fields: { NOTE: key } } }')).toMatch(/colour/);
  const twice = '{ pigeon: { loft: barn, fields: { NOTE: key } } }';
  expect(await errorsOf(`${twice}, ${twice}`)).toMatch(/sink_conflict/);
  expect(schemaText()).toContain('The loft that the pigeon flies to.');
  expect(kindsPage()).toContain('A note on the leg of a pigeon.');
});

test('plan and apply: delivered, confirmed by its receipt, converged; drift and loss are seen and mended', async () => {
  const world = await applyWorld();
  const wanted = await declared();
  await world.converge(wanted);
  const [first] = await world.versions();
  expect(await world.place.sinks.read([ID])).toMatchObject([
    { kind: 'holds', fingerprint: first?.fingerprint },
  ]);
  expect(await world.accepts(LOFTS.get('barn')?.values.get('NOTE') ?? '')).toBe(true);
  const [live] = unwrapped(await world.store.fetch([BILLING]));
  expect(live?.deliveries).toMatchObject([{ sink: ID, machine: 'pigeon NOTE at the loft barn' }]);

  LOFTS.set('barn', {
    values: new Map([
      ['NOTE', 'chewed on'],
      ['MINE', 'stays'],
    ]),
    revision: 99,
  });
  const drifted = await world.planFor(wanted);
  expect(drifted.steps.map(({ action, reason }) => `${action} ${reason}`)[0]).toBe('issue SinkDiffers');
  await world.converge(wanted);
  expect(await world.accepts(LOFTS.get('barn')?.values.get('NOTE') ?? '')).toBe(true);
  expect(LOFTS.get('barn')?.values.get('MINE')).toBe('stays');

  LOFTS.clear();
  expect((await world.planFor(wanted)).steps[0]).toMatchObject({ action: 'issue', reason: 'SinkMissing' });
  await world.close();
});

test('export: live objects as documents that declare them again, and as an app with Sink.of', async () => {
  const world = await applyWorld();
  await world.converge(billing(toy('barn')));
  const live = unwrapped(await world.store.fetch([BILLING]));
  const exported = documentsOf(live, { ownership: undefined, defaults: {} });
  expect(documentsYaml(exported)).toContain('pigeon:');
  expect(documentsCdk(exported, 'platform')).toMatch(/Sink\.of\(\{\s*pigeon: \{/);
  await world.close();
});

test('constructs: Sink.of declares it', async () => {
  const { Sink } = await import('../../src/constructs/index.js');
  expect(Sink.of(SINK).declaration).toEqual(toy('barn'));
});

function unwrapped<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!result.ok) throw new Error('the store failed');
  return result.value;
}

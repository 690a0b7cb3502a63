/**
 * To add a kind is to add one file, and a line in the table of kinds (src/domain/kinds/table.ts). The toy kind of
 * region.ts is in that table here, and nothing else of the sources knows its name.
 */
jest.mock('../../src/domain/kinds/table.js', () => {
  const { KINDS } = jest.requireActual('../../src/domain/kinds/table.js');
  return { KINDS: { ...KINDS, Region: jest.requireActual('./region.js').Region } };
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OBJECT_KINDS, type ObjectKind } from '../../src/domain/kinds/index.js';
import type { Declaration } from '../../src/domain/objects.js';
import { openApi } from '../../src/http/openapi.js';
import { ROUTES } from '../../src/main/routes.js';
import { documentsOf } from '../../src/render/export.js';
import { documentsCdk } from '../../src/render/export-cdk.js';
import { documentsYaml } from '../../src/render/export-yaml.js';
import { kindsPage, schemaText } from '../../src/render/reference.js';
import { applyWorld } from '../support/apply-world.js';
import { resourcesOf, synthesized } from '../support/cdk.js';
import { httpPlace, ROOT } from '../support/http-world.js';
import { line, load, specFolder } from '../support/spec-folder.js';

const REGION = 'Region' as ObjectKind;
const HEAD = 'apiVersion: keywright.dev/v1\nkind: Region\n';
const SOUTH = `${HEAD}metadata: { name: south }\nspec: { country: ES }\n`;
const NORTH = `${HEAD}metadata: { name: north }\nspec: { country: NO, fallback: south }\n`;

async function declaredBy(...documents: readonly string[]): Promise<readonly Declaration[]> {
  const { state, errors } = await load(specFolder({ 'specs/all.yaml': documents.join('---\n') }));
  expect(errors.map(line)).toEqual([]);
  return state?.entries.map((entry) => entry.load()) ?? [];
}

const errorsOf = async (document: string): Promise<readonly string[]> =>
  (await load(specFolder({ 'specs/all.yaml': document }))).errors.map(
    ({ code, message }) => `${code} ${message}`,
  );

const place = httpPlace();

test('one file: no source outside the table of kinds names a kind that is not in it', () => {
  expect(OBJECT_KINDS).toContain('Region');
  const sources = readdirSync(join(__dirname, '../../src'), { recursive: true, encoding: 'utf8' });
  const naming = sources.filter(
    (file) =>
      file.endsWith('.ts') && /\bRegion\b/.test(readFileSync(join(__dirname, '../../src', file), 'utf8')),
  );
  expect(naming).toEqual([]);
});

test('documents: shape, references and rules are checked, in the JSON Schema and the reference too', async () => {
  expect(await declaredBy(SOUTH, NORTH)).toHaveLength(2);
  expect((await errorsOf(SOUTH.replace('ES', 'Spain'))).join()).toMatch(/pattern/);
  const inCircle = `${SOUTH.replace('ES', 'ES, fallback: north')}---\n${NORTH}`;
  expect((await errorsOf(inCircle)).join()).toMatch(/^cycle /);
  expect((await errorsOf(NORTH.replace('fallback: south', 'fallback: north'))).join()).toMatch(
    /another Region/,
  );
  expect(schemaText()).toContain('Two letters of ISO 3166.');
  expect(kindsPage()).toContain('Where something runs.');
  expect(kindsPage()).toContain('Permissions: `regions:read`, `regions:write`. HTTP: `/regions`.');
});

test('plan and apply: created in order, converged, replaced where the kind says so, removed', async () => {
  const world = await applyWorld();
  const declared = await declaredBy(SOUTH, NORTH);
  const first = await world.planFor(declared);
  expect(first.steps.map(({ action, object }) => `${action} ${object.name}`)).toEqual([
    'create south',
    'create north',
  ]);
  await world.converge(declared);
  expect((await world.planFor(declared)).steps).toEqual([]);
  const moved = await declaredBy(SOUTH, NORTH.replace('NO', 'SE'));
  expect((await world.planFor(moved)).steps.map(({ action }) => action)).toEqual(['delete', 'create']);
  const gone = await world.planFor(await declaredBy(SOUTH));
  expect(gone.steps.map(({ action, object }) => `${action} ${object.name}`)).toEqual(['delete north']);
});

test('HTTP: created, listed, changed, refused while in use, removed; for those with its permissions alone', async () => {
  const server = await place.start();
  const south = await server.asRoot('POST /v1/regions', { name: 'south', country: 'ES' });
  expect([south.status, south.body.data.id]).toEqual([201, expect.stringMatching(/^us_reg_/)]);
  const north = { name: 'north', country: 'NO', fallback: 'south' };
  expect((await server.asRoot('POST /v1/regions', north)).status).toBe(201);
  expect((await server.asRoot('POST /v1/regions', { ...north, name: 'x', country: 'Norway' })).status).toBe(
    400,
  );
  expect((await server.asRoot('GET /v1/regions')).body.data).toMatchObject([
    { name: 'north' },
    { name: 'south' },
  ]);
  const changed = await server.asRoot('PATCH /v1/regions/north', {
    description: 'Fjords',
    name: 'far-north',
  });
  expect(changed.body.data).toMatchObject({ name: 'far-north', description: 'Fjords', country: 'NO' });
  expect((await server.asRoot('DELETE /v1/regions/south')).status).toBe(409);
  expect((await server.asRoot('DELETE /v1/regions/far-north')).status).toBe(200);
  expect((await server.asRoot('GET /v1/regions/far-north')).status).toBe(404);
  expect((await server.ask('GET /v1/regions')).status).toBe(401);
  const audit = await server.ask('GET /v1/audit?object=Region/south', { token: ROOT });
  expect(audit.text).toContain('object.created');
});

test('OpenAPI: five operations, with the fields of its documents', () => {
  const { paths } = openApi(ROUTES) as { readonly paths: Readonly<Record<string, object>> };
  expect(Object.keys(paths['/regions'] ?? {})).toEqual(['get', 'post']);
  expect(Object.keys(paths['/regions/{id}'] ?? {})).toEqual(['get', 'patch', 'delete']);
  expect(JSON.stringify(paths['/regions'])).toContain('Two letters of ISO 3166.');
});

test('export: live objects as documents that declare them again, and as an app', async () => {
  const world = await applyWorld();
  const declared = await declaredBy(SOUTH, NORTH);
  await world.converge(declared);
  const live = await world.store.fetch(declared.map(({ metadata: { name } }) => ({ kind: REGION, name })));
  const documents = documentsOf(live.ok ? live.value : [], { ownership: undefined, defaults: {} });
  expect(await declaredBy(...documentsYaml(documents).split('---\n'))).toEqual(declared);
  const app = documentsCdk(documents, 'platform');
  expect(app).toContain("import { Resources } from 'keywright/constructs';");
  expect(app).toContain("new Resources.Region(stack, 'region-north', {\n  name: 'north',");
});

test('constructs: the class that every kind has declares it', async () => {
  const { Resources } = await import('../../src/constructs/index.js');
  const Resource = (Resources as unknown as Readonly<Record<string, typeof Resources.Service>>)['Region'];
  expect(Resource?.tfResourceType).toBe('keywright_region');
  const text = synthesized((stack) => {
    if (Resource !== undefined)
      new Resource(stack, 'north', { name: 'north', ...({ country: 'NO' } as object) });
  });
  expect(resourcesOf(text)).toMatchObject({ 'keywright_region.north': { name: 'north', country: 'NO' } });
});

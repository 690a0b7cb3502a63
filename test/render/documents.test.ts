/** Live objects as documents: what is written is short, complete, and means the object again. */
import fc from 'fast-check';
import { kindOf } from '../../src/domain/kinds/index.js';
import { minimalForm } from '../../src/domain/kinds/minimal-form.js';
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import { type Declaration, declarationDigest } from '../../src/domain/objects.js';
import { type DocumentsContext, documentsOf } from '../../src/render/export.js';
import { documentsYaml } from '../../src/render/export-yaml.js';
import { declarations, declared, liveObject } from '../support/random-kinds.js';
import { PROJECT as BARE, line, load, specFolder } from '../support/spec-folder.js';

/** Its documents name a permission of an application of its own. */
const PROJECT = BARE.replace('spec: {}', 'spec: { permissions: { custom: [acme:own] } }');

const OURS: DocumentsContext = { ownership: { project: 'acme', manager: 'documents' }, defaults: {} };

const yamlOf = (declarations: readonly Declaration[], context = OURS): string =>
  documentsYaml(
    documentsOf(
      declarations.map((one) => liveObject(one)),
      context,
    ),
  );

/** What a project declares whose only documents are these. */
async function declaredBy(yaml: string, project = PROJECT): Promise<readonly Declaration[]> {
  const { state, errors } = await load(specFolder({ 'keywright.yaml': project, 'specs/all.yaml': yaml }));
  expect(errors.map(line)).toEqual([]);
  return state?.entries.map((entry) => entry.load()) ?? [];
}

test('a spec without its defaults comes to the same spec', () => {
  fc.assert(
    fc.property(declarations, ({ kind, spec }) => {
      const { schema } = kindOf(kind);
      expect(normalForm<unknown>(schema, minimalForm(schema, spec))).toEqual(spec);
    }),
  );
});

test('documents of whatever is live declare exactly that', async () => {
  await fc.assert(
    fc.asyncProperty(declarations, async (declaration) => {
      const [read] = await declaredBy(yamlOf([declaration]));
      expect(read && declarationDigest(read)).toBe(declarationDigest(declaration));
    }),
    { numRuns: 300 },
  );
});

test('empty labels, as objects created manually may have, are no part of a document', () => {
  const space = declared('Space', 'onboarding', { environment: 'production' });
  const byHand = { ...space, metadata: { labels: {}, name: 'onboarding' } };
  expect(yamlOf([byHand])).toBe(yamlOf([space]));
});

test('documents declare the same in a project with defaults for keys', async () => {
  const spec = { rotation: { every: '30d', overlap: '12h' } };
  const project = BARE.replace('spec: {}', 'spec: { defaults: { rotation: { every: 30d, overlap: 12h } } }');
  const key = declared('ApiKey', 'app', {
    environment: 'production',
    owner: { tenant: true },
    rotation: { every: '90d', overlap: '24h' },
  });
  const [read] = await declaredBy(yamlOf([key], { ...OURS, defaults: spec }), project);
  expect(read).toEqual(key);
});

test('what is written leaves defaults out, and orders fields as the reference does', () => {
  const key = declared('ApiKey', 'app', {
    owner: { service: 'billing' },
    deliver: [{ file: { path: 'secrets/app' } }],
    rotation: { quiet: '24h', every: 'P90D' },
    environment: 'production',
  });
  expect(yamlOf([key])).toBe(`apiVersion: keywright.dev/v1
kind: ApiKey
metadata:
  name: app
spec:
  environment: production
  owner:
    service: billing
  rotation:
    every: 90d
  deliver:
    - file:
        path: secrets/app
`);
});

test('kinds stand in the order in which they refer to one another, and each by name', () => {
  const objects = [
    declared('ApiKey', 'app', { environment: 'staging', owner: { service: 'billing' } }),
    declared('Service', 'billing', {}),
    declared('Environment', 'staging', {}),
    declared('Environment', 'preview', {}),
  ];
  expect(yamlOf(objects).match(/(?<=\n {2}name: ).*/g)).toEqual(['preview', 'staging', 'billing', 'app']);
});

describe('what a document cannot say is a comment above it', () => {
  const comments = (yaml: string): readonly string[] => yaml.split('\n').filter((one) => one.startsWith('#'));

  test('that the object is another project’s, or unmanaged', () => {
    const billing = declared('Service', 'billing', {});
    const theirs = liveObject(billing, { ownership: { project: 'other', manager: 'documents' } });
    const nobodys = liveObject(billing, { ownership: undefined, origin: 'manual' });
    expect(comments(documentsYaml(documentsOf([theirs], OURS)))).toEqual([
      '# Belongs to project other (documents).',
    ]);
    expect(comments(documentsYaml(documentsOf([nobodys], OURS)))).toEqual([
      '# No project declares it. To adopt it without changes: keywright adopt Service/billing',
    ]);
  });

  test('that a key has no rotation though the project gives one to every key', () => {
    const key = declared('ApiKey', 'app', { environment: 'production', owner: { tenant: true } });
    expect(comments(yamlOf([key], { ...OURS, defaults: { rotation: { every: '90d' } } }))).toEqual([
      '# It has no rotation.every, which a document cannot express while spec.defaults in keywright.yaml sets it.',
    ]);
  });

  test('that an id means nothing in another store', () => {
    const guest = declared('Guest', 'eve', {
      environment: 'production',
      email: 'eve@example.com',
      grants: [{ space: 'us_sp_4TzKkPpPsvRUmD2n' }],
    });
    expect(comments(yamlOf([guest]))).toEqual([
      '# spec.grants.0.space refers to a Space by its id (us_sp_4TzKkPpPsvRUmD2n), which is valid in this store only.',
    ]);
  });
});

test('a name that no document may have is replaced by the nearest free one, also where others refer to it', async () => {
  const odd = { ownership: undefined, origin: 'manual' } as const;
  const service = liveObject(declared('Service', 'Billing & Co\u202e\n---', {}), odd);
  const taken = liveObject(declared('Service', 'billing-co', {}));
  const key = declared('ApiKey', 'app', {
    environment: 'production',
    owner: { service: 'Billing & Co\u202e\n---' },
  });
  const documents = documentsOf([service, taken, liveObject(key)], OURS);
  const read = await declaredBy(documentsYaml(documents));
  expect(read).toMatchObject([
    { kind: 'ApiKey', spec: { owner: { service: 'billing-co-2' } } },
    { metadata: { name: 'billing-co' } },
    {
      metadata: {
        name: 'billing-co-2',
        annotations: { 'keywright.dev/previous-name': service.id },
      },
    },
  ]);
});

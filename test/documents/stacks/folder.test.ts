// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are expressions of Terraform
/** What a CDK app was synthesized to, read as documents. Stacks are written manually where CDKTF would not write them. */
import { join } from 'node:path';
import * as cdktf from 'cdktf';
import { App, type TerraformStack } from 'cdktf';
import { Environment, Service, Sink } from '../../../src/constructs/index.js';
import type { Diagnostic } from '../../../src/documents/diagnostics.js';
import { diagnosticsText } from '../../../src/render/diagnostics.js';
import { load, specFolder, write } from '../../support/spec-folder.js';

const PROJECT =
  'apiVersion: keywright.dev/v1\nkind: Project\nmetadata: { name: acme }\nspec: { specs: [cdktf.out] }\n';

const placed = ({ position, code, message }: Diagnostic): string => `${position.file} ${code} ${message}`;

const metadata = (path: string) => ({ '//': { metadata: { path } } });

/** A folder with one stack, `platform`, that holds these resources. */
function stackFolder(resource: object, more: object = {}): string {
  const stack = { synthesizedStackPath: 'stacks/platform/cdk.tf.json', constructPath: 'platform', ...more };
  return specFolder({
    'keywright.yaml': PROJECT,
    'cdktf.out/manifest.json': JSON.stringify({ version: '0.21.0', stacks: { platform: stack } }),
    'cdktf.out/stacks/platform/cdk.tf.json': JSON.stringify({ resource }),
  });
}

function synthesize(declare: (stack: TerraformStack) => void): string {
  const folder = specFolder({ 'keywright.yaml': PROJECT });
  const app = new App({ outdir: join(folder, 'cdktf.out') });
  declare(new cdktf.TerraformStack(app, 'platform'));
  app.synth();
  return folder;
}

const service = (attributes: object) => ({
  keywright_service: { billing: { name: 'billing', ...attributes, ...metadata('platform/billing/Default') } },
});

const errorsOf = async (folder: string): Promise<readonly string[]> =>
  (await load(folder)).errors.map(placed);

test('D2: what constructs declare is desired, with references between them resolved', async () => {
  const folder = synthesize((stack) => {
    const prod = new Environment(stack, 'prod', { name: 'production', production: true });
    const billing = prod.addService('billing', { description: 'costs ${5} and %{6}' });
    billing.addApiKey('sync', { deliverTo: [Sink.dotenv('secrets/a.env', 'KEY')] });
    prod.inviteGuest('a@example.com', { displayName: 'A', spaces: [prod.addSpace('onboarding')] });
  });
  const { state, errors } = await load(folder);
  expect(errors).toEqual([]);
  const specs = state?.entries.map((entry) => [`${entry.ref.kind}/${entry.ref.name}`, entry.load().spec]);
  expect(Object.fromEntries(specs ?? [])).toMatchObject({
    'Environment/production': { isProd: true },
    'Service/billing': { description: 'costs ${5} and %{6}' },
    'ApiKey/sync': { environment: 'production', owner: { service: 'billing' } },
    'Space/production/onboarding': { environment: 'production' },
    'Guest/production/a-example-com': { name: 'A', grants: [{ space: 'onboarding' }] },
  });
  expect(state?.entries.map(({ position }) => position.file)).toContain('platform/prod/billing/sync');
});

test('a stack reads the same whether it was remembered or not', async () => {
  const folder = synthesize((stack) => new Environment(stack, 'prod').addService('billing'));
  let kept: unknown;
  const memory = {
    recall: async () => kept as undefined,
    keep: async (recollection: unknown) => {
      kept = recollection;
    },
  };
  const [first, second] = [await load(folder, { memory }), await load(folder, { memory })];
  expect(second.state?.digest).toBe(first.state?.digest);
  expect(second.state?.entries.map((entry) => entry.load())).toEqual(
    first.state?.entries.map((entry) => entry.load()),
  );
});

test('resources of others are left to Terraform', async () => {
  const folder = stackFolder({
    ...service({ depends_on: ['null_resource.x'] }),
    null_resource: { x: { triggers: { at: '${timestamp()}' } } },
  });
  expect((await load(folder)).state?.entries).toHaveLength(1);
});

test.each([
  ['a function', { description: '${upper("x")}' }],
  ['a variable', { description: '${var.name}' }],
  ['a local value', { description: '${local.name}' }],
  ['a data source', { description: '${data.keywright_service.x.name}' }],
  ['another resource', { description: '${random_pet.x.id}' }],
  ['an operator', { description: '${1 + 1}' }],
  ['a splat', { stewards: '${keywright_user.all[*].email}' }],
  ['an index', { description: '${keywright_service.billing.stewards[0]}' }],
  ['a directive', { description: '%{ if true }x%{ endif }' }],
  ['an expression within text', { description: 'the ${var.name} one' }],
  ['an unfinished expression', { description: 'the ${var.name' }],
  ['an expression deep inside', { stewards: ['ada@example.com', '${var.name}'] }],
])('%s is refused, naming the construct', async (_, attributes) => {
  const errors = await errorsOf(stackFolder(service(attributes)));
  expect(errors).toEqual([
    expect.stringMatching(/^platform\/billing needs_terraform \w+.* needs Terraform$/),
  ]);
});

test('what only a live object has cannot be referred to', async () => {
  const errors = await errorsOf(
    stackFolder({
      ...service({ description: '${keywright_environment.prod.id}' }),
      keywright_environment: { prod: { name: 'prod', ...metadata('platform/prod') } },
    }),
  );
  expect(errors).toEqual([
    'platform/billing needs_terraform description is ${keywright_environment.prod.id}, which platform/prod does not set',
  ]);
});

test('references in a circle end in an error', async () => {
  const errors = await errorsOf(
    stackFolder(service({ description: '${keywright_service.billing.description}' })),
  );
  expect(errors).toEqual([expect.stringContaining('refers more than 32 levels deep')]);
});

test.each(['count', 'for_each', 'lifecycle', 'provisioner', 'connection'])(
  'the argument %s is refused, as it means something to Terraform alone',
  async (argument) => {
    const errors = await errorsOf(stackFolder(service({ [argument]: { x: 1 } })));
    expect(errors).toEqual([`platform/billing needs_terraform ${argument} needs Terraform`]);
  },
);

test('what is meant for another store is refused, not applied to this one', async () => {
  expect(await errorsOf(stackFolder(service({ provider: 'keywright' })))).toEqual([]);
  expect(await errorsOf(stackFolder(service({ provider: 'keywright.other' })))).toEqual([
    'platform/billing needs_terraform provider needs Terraform',
  ]);
});

test('a resource that there is not is an error, not a removal', async () => {
  const errors = await errorsOf(stackFolder({ keywright_sevice: { billing: metadata('platform/billing') } }));
  expect(errors).toEqual(['platform/billing unknown_kind unknown resource keywright_sevice']);
});

test('a wrong value is shown with the path of its construct and without a line that no person wrote', async () => {
  const { errors } = await load(stackFolder(service({ descripton: 'Invoices' })));
  const text = diagnosticsText(errors, { color: 'never' });
  expect(text).toContain('platform/billing error: unknown field "descripton"\n');
  expect(text).toMatch(
    /\n {3}\| +"descripton": "Invoices"\n {3}\| +\^+\n {2}help: did you mean "?description/,
  );
});

test('the same object in two stacks is an error that names both constructs', async () => {
  const folder = stackFolder({
    keywright_service: {
      a: { name: 'billing', ...metadata('platform/a') },
      b: { name: 'billing', ...metadata('platform/b') },
    },
  });
  const { errors } = await load(folder);
  expect(errors[0]).toMatchObject({ code: 'duplicate_object', help: expect.stringContaining('platform/') });
});

test('an app that was synthesized to half is read not at all', async () => {
  const folder = stackFolder(service({}));
  write(folder, { 'cdktf.out/manifest.json': '{"stacks": {' });
  expect(await errorsOf(folder)).toEqual(['cdktf.out/manifest.json unreadable manifest.json is not JSON']);
  const missing = specFolder({
    'keywright.yaml': PROJECT,
    'cdktf.out/stacks/platform/cdk.tf.json': JSON.stringify({ resource: service({}) }),
  });
  expect(await errorsOf(missing)).toEqual([
    'cdktf.out/manifest.json unreadable manifest.json does not exist',
  ]);
});

test('a stack that the manifest names must be there, inside, and JSON', async () => {
  const gone = stackFolder({}, { synthesizedStackPath: 'stacks/gone/cdk.tf.json' });
  expect(await errorsOf(gone)).toEqual([expect.stringContaining('stacks/gone/cdk.tf.json does not exist')]);
  const outside = stackFolder({}, { synthesizedStackPath: '../../etc/cdk.tf.json' });
  expect(await errorsOf(outside)).toEqual(['platform unreadable the manifest lists no file for this stack']);
  const hcl = stackFolder({}, { synthesizedStackPath: 'stacks/platform/cdk.tf' });
  expect(await errorsOf(hcl)).toEqual([expect.stringContaining('which only Terraform can read')]);
});

test('an error that the app annotated stops the reading', async () => {
  const annotations = [
    { constructPath: 'platform/billing', level: '@cdktf/error', message: 'not like this' },
  ];
  expect(await errorsOf(stackFolder(service({}), { annotations }))).toEqual([
    'platform/billing broken_rule not like this',
  ]);
});

test('a stack that was left behind is not read', async () => {
  const folder = stackFolder(service({}));
  write(folder, {
    'cdktf.out/stacks/old/cdk.tf.json': JSON.stringify({ resource: service({ name: 'old' }) }),
  });
  expect((await load(folder)).state?.entries.map(({ ref }) => ref.name)).toEqual(['billing']);
});

test('constructs and documents are one project, and refer to one another', async () => {
  const folder = synthesize((stack) => {
    new Service(stack, 'billing').addApiKey('sync', {
      environment: Environment.fromName(stack, 'prod', 'production'),
    });
  });
  write(folder, {
    'keywright.yaml': PROJECT.replace('[cdktf.out]', '[cdktf.out, specs]'),
    'specs/a.yaml': 'kind: Environment\nmetadata: { name: production }\n',
  });
  const { state } = await load(folder);
  expect(state?.entries.map(({ ref }) => `${ref.kind}/${ref.name}`)).toEqual([
    'ApiKey/sync',
    'Environment/production',
    'Service/billing',
  ]);
});

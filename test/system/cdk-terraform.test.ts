// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are expressions of Terraform
/** Synthesized stacks, as the real Terraform sees them against the schema that is derived from the kinds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DataSpace,
  Duration,
  Environment,
  EphemeralAccessToken,
  EphemeralApiKey,
  GuestResource,
  KeywrightProvider,
  Service,
} from '../../src/constructs/index.js';
import { synthesized } from '../support/cdk.js';
import { exampleWorkspace } from '../support/cdk-workspace.js';
import { Terraform, testWithTerraform } from '../support/terraform.js';

const terraform = new Terraform();

beforeAll(() => terraform.open(), 60_000);
afterAll(() => terraform.close());

testWithTerraform(
  'the example is valid, roll-outs by null_resource and terraform_data included',
  async () => {
    const workspace = exampleWorkspace();
    const out = join(workspace.folder, 'cdktf.out');
    expect(await workspace.script('synth.sh')).toMatchObject({ code: 0 });
    const stack = readFileSync(join(out, 'stacks/platform/cdk.tf.json'), 'utf8');
    expect(await terraform.validate(stack)).toMatchObject({ valid: true, diagnostics: [] });
    workspace.dispose();
  },
);

testWithTerraform(
  'every level is valid: text of people, data sources, ephemeral blocks, two providers',
  async () => {
    const text = synthesized((stack) => {
      const other = new KeywrightProvider(stack, 'other', { alias: 'other', store: '.other' });
      new KeywrightProvider(stack, 'main');
      const prod = new Environment(stack, 'prod', {
        labels: { a: 'b' },
        annotations: { note: 'costs ${x} %{y}' },
      });
      new Service(stack, 'billing', { description: '$${x} %%{y} ${timestamp()}' }).addApiKey('sync', {
        environment: prod,
        rotation: { every: Duration.days(30) },
      });
      const space = new DataSpace(stack, 'live', { name: 'onboarding', environment: prod.resource.name });
      new GuestResource(stack, 'raw', {
        name: 'raw',
        environment: prod.resource.name,
        email: 'a@example.com',
        displayName: space.getStringAttribute('description'),
        provider: other,
        lifecycle: { preventDestroy: true },
      });
      new EphemeralApiKey(stack, 'temporary', { name: 'sync' });
      new EphemeralAccessToken(stack, 'token');
    });
    expect(await terraform.validate(text)).toMatchObject({ valid: true, diagnostics: [] });
  },
);

testWithTerraform('what is not valid is found, so that the tests above mean something', async () => {
  const text = synthesized((stack) => {
    new Environment(stack, 'prod').resource.addOverride('guest_invits', true);
  });
  const { valid, diagnostics } = await terraform.validate(text);
  expect(valid).toBe(false);
  expect(JSON.stringify(diagnostics)).toContain('guest_invits');
});

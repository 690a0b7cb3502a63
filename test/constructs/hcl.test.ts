/** Apps that are synthesized to HCL instead of JSON. */
import { TerraformStack, Testing } from 'cdktf';
import { Duration, Environment, EphemeralApiKey, Sink } from '../../src/constructs/index.js';

function asHcl(declare: (stack: TerraformStack) => void): string {
  const stack = new TerraformStack(Testing.app(), 'platform');
  declare(stack);
  return Testing.synthHcl(stack);
}

test('every attribute is written by its type', () => {
  const hcl = asHcl((stack) => {
    const prod = new Environment(stack, 'prod', {
      production: true,
      labels: { 'example.com/team': 'a "b"' },
    });
    prod.addService('billing', { stewards: ['ada@example.com'] }).addApiKey('sync', {
      rotation: { every: Duration.days(30), consumers: ['checkout'] },
      deliverTo: [Sink.file('secrets/sync')],
    });
  });
  expect(hcl).toContain('is_prod = true');
  expect(hcl).toContain(String.raw`"example.com/team" = "a \"b\""`);
  expect(hcl).toMatch(/stewards = \[\s*"ada@example.com",\s*\]/);
  expect(hcl).toMatch(/rotation = \{\s*every = "30d"\s*consumers = \[\s*"checkout",\s*\]\s*\}/);
  expect(hcl).toMatch(/deliver = \[\s*\{\s*file = \{\s*path = "secrets\/sync"\s*\}\s*\},\s*\]/);
  // What CDKTF writes beside an attribute of a type that it does not know.
  expect(hcl).not.toContain('Warning');
});

test('an ephemeral block is not left out silently', () => {
  expect(() => asHcl((stack) => new EphemeralApiKey(stack, 'temporary', { name: 'sync' }))).toThrow(
    'platform/temporary: ephemeral blocks can only be synthesized as JSON',
  );
});

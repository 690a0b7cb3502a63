// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are expressions of Terraform
/** Checks and policies: an app that breaks one is not synthesized. */
import type { TerraformStack } from 'cdktf';
import {
  ApiKey,
  ApiKeyResource,
  Duration,
  Environment,
  type KeyProps,
  Owner,
  Policies,
  Service,
  User,
} from '../../src/constructs/index.js';
import { refusalOf } from '../support/cdk.js';

const key = (stack: TerraformStack, props: KeyProps = {}): ApiKey =>
  new Environment(stack, 'prod').addService('billing').addApiKey('sync', props);

test('an app without mistakes is synthesized', () => {
  expect(refusalOf((stack) => key(stack, { expiresAfter: Duration.days(30) }))).toBe('');
});

test.each<[string, (stack: TerraformStack) => unknown, string]>([
  [
    'a name that is none',
    (stack) => new Service(stack, 'Billing Service'),
    'metadata.name must be a DNS label',
  ],
  [
    'an expiry within the overlap',
    (stack) => key(stack, { expiresAfter: Duration.hours(1), rotation: { overlap: Duration.hours(2) } }),
    'spec.expiresAfter must be longer',
  ],
  [
    'an override that is no field',
    (stack) => key(stack).resource.addOverride('expires_afterwards', '1d'),
    'unknown field "expiresAfterwards"',
  ],
  [
    'a token in a field',
    (stack) =>
      new Service(stack, 'billing', {
        description: `was sk_live_4f9Kq2LmZx01_${'Aa1'.repeat(17).slice(0, 49)}`,
      }),
    'holds a token of Keywright',
  ],
  [
    'an object that is declared twice',
    (stack) => {
      new Service(stack, 'a', { name: 'billing' });
      new Service(stack, 'b', { name: 'billing' });
    },
    'Service/billing is also declared by platform/a',
  ],
])('%s is refused, naming the construct', (_, declare, message) => {
  const refusal = refusalOf(declare);
  expect(refusal).toContain(message);
  expect(refusal).toMatch(/platform\/\w+/);
});

test('a value that only Terraform knows is left to Terraform', () => {
  expect(refusalOf((stack) => key(stack).resource.addOverride('expires_after', '${var.expiry}'))).toBe('');
});

test.each<[string, (policies: Policies) => unknown, KeyProps, string]>([
  ['expiry', (policies) => policies.requireExpiry(), {}, 'has neither expiresAfter nor expiresAt'],
  [
    'expiry at most',
    (policies) => policies.requireExpiry(Duration.days(30)),
    { expiresAfter: Duration.days(31) },
    'at most 30d is allowed',
  ],
  ['rotation', (policies) => policies.requireRotation(Duration.days(30)), {}, 'has no rotation.every'],
  [
    'a rule of one’s own',
    (policies) => policies.require(({ kind }) => (kind === 'ApiKey' ? ['is a key'] : [])),
    {},
    'is a key',
  ],
])('the policy of %s is held', (_, require, props, message) => {
  const broken = refusalOf((stack) => {
    key(stack, props);
    require(Policies.of(stack));
  });
  expect(broken).toContain(`platform/prod/billing/sync: ApiKey "sync" `);
  expect(broken).toContain(message);
});

test('T3: keys of persons and of the tenant are forbidden where a policy says so', () => {
  const broken = refusalOf((stack) => {
    const environment = new Environment(stack, 'prod');
    new ApiKey(stack, 'of-ada', { environment, owner: new User(stack, 'ada', { email: 'ada@example.com' }) });
    new ApiKey(stack, 'of-all', { environment, owner: Owner.tenant() });
    Policies.of(stack).forbidPersonalKeys().forbidTenantKeys();
  });
  expect(broken).toContain('platform/of-ada: ApiKey "of-ada" belongs to a user');
  expect(broken).toContain('platform/of-all: ApiKey "of-all" belongs to the tenant');
});

test('guests expire where a policy says so', () => {
  const broken = refusalOf((stack) => {
    new Environment(stack, 'prod').inviteGuest('a@example.com');
    Policies.of(stack).requireGuestExpiry(Duration.days(30));
  });
  expect(broken).toContain('has no expiresAfter; at most 30d is allowed');
});

test.each<[string, (stack: TerraformStack) => unknown]>([
  [
    'an override of the resource',
    (stack) => key(stack, { expiresAfter: Duration.days(1) }).resource.addOverride('expires_after', '99d'),
  ],
  [
    'an override of the stack',
    (stack) =>
      stack.addOverride('resource.keywright_api_key.hidden', {
        name: 'hidden',
        owner: { tenant: true },
        environment: 'prod',
      }),
  ],
  [
    'a resource of level 1',
    (stack) =>
      new ApiKeyResource(stack, 'raw', { name: 'raw', environment: 'prod', owner: { tenant: true } }),
  ],
  [
    'a value that only Terraform knows',
    (stack) => key(stack).resource.addOverride('expires_after', '${var.expiry}'),
  ],
  [
    'an owner that only Terraform knows',
    (stack) => key(stack, { expiresAfter: Duration.days(1) }).resource.addOverride('owner', '${var.owner}'),
  ],
])('%s does not get around a policy', (_, declare) => {
  const broken = refusalOf((stack) => {
    Policies.of(stack).requireExpiry(Duration.days(30)).forbidPersonalKeys();
    declare(stack);
  });
  expect(broken).toMatch(/(at most 30d is allowed|belongs to a user)/);
});

test('a policy of the app holds in its stacks, and one of an environment holds there alone', () => {
  const ofApp = refusalOf((stack, app) => {
    key(stack);
    Policies.of(app).requireExpiry();
  });
  expect(ofApp).toContain('has neither expiresAfter nor expiresAt');
  const ofAnother = refusalOf((stack) => {
    key(stack);
    Policies.of(new Environment(stack, 'staging')).requireExpiry();
  });
  expect(ofAnother).toBe('');
});

test('policies of one construct are one list, whichever construct asks for it', () => {
  const broken = refusalOf((stack) => {
    key(stack);
    Policies.of(stack).requireExpiry();
    Policies.of(stack).requireRotation(Duration.days(1));
  });
  expect(broken).toContain('has neither');
  expect(broken).toContain('has no rotation.every');
});

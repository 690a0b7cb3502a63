/** Two copies of this library in one app, as when a user's own library brings one along. */
import { refusalOf } from '../support/cdk.js';

type Library = typeof import('../../src/constructs/index.js');

/** Another copy each time; the CDK is one, as it has to be. */
function copy(): Library {
  let loaded: Library | undefined;
  const shared = { cdktf: require('cdktf'), constructs: require('constructs') };
  jest.isolateModules(() => {
    jest.doMock('cdktf', () => shared.cdktf);
    jest.doMock('constructs', () => shared.constructs);
    loaded = require('../../src/constructs/index.js');
  });
  if (loaded === undefined) throw new Error('the library was not loaded');
  return loaded;
}

test('what one copy makes is known to the other, and the policies of both hold', () => {
  const [ours, theirs] = [copy(), copy()];
  expect(ours.Policies).not.toBe(theirs.Policies);
  const refusal = refusalOf((stack) => {
    const prod = new theirs.Environment(stack, 'prod');
    expect(ours.Environment.isEnvironment(prod)).toBe(true);
    new ours.User(stack, 'ada', { email: 'ada@example.com' }).grantRole(theirs.TenantRole.ADMINISTRATOR);
    new ours.Service(stack, 'billing').addApiKey('sync', { environment: prod });
    ours.Policies.of(stack).requireExpiry();
    theirs.Policies.of(stack).requireRotation(theirs.Duration.days(90));
  });
  expect(refusal).toContain('has neither expiresAfter nor expiresAt');
  expect(refusal).toContain('has no rotation.every');
});

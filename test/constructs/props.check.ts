/** What the compiler takes and what it refuses. Each expected error is one: an unneeded expectation is an error itself. */
import type { TerraformStack } from 'cdktf';
import {
  ApiKey,
  ApiKeyResource,
  Duration,
  Environment,
  EnvironmentResource,
  Guest,
  Owner,
  Role,
  Service,
  Sink,
  Space,
  Team,
  TeamRole,
  User,
} from '../../src/constructs/index.js';

export function right(stack: TerraformStack): void {
  const prod = new Environment(stack, 'prod', { production: true, guestAuthentication: ['magic_link'] });
  const billing = prod.addService('billing');
  billing.addApiKey('sync', { expiresAfter: Duration.days(1), deliverTo: [Sink.file('secrets/key')] });
  new Service(stack, 'crm').addApiKey('crm', { environment: Environment.fromName(stack, 'live', 'live') });
  new Team(stack, 'data', { members: { 'ada@example.com': TeamRole.ADMIN } });
  new ApiKey(stack, 'tenant', { environment: prod, owner: Owner.tenant() });
  new EnvironmentResource(stack, 'raw', { name: 'raw', isProd: true, lifecycle: { preventDestroy: true } });
  // Without `exactOptionalPropertyTypes` in an app, absent and undefined are one.
  new Environment(stack, 'perhaps', { production: undefined });
}

export function wrong(stack: TerraformStack): void {
  const prod = new Environment(stack, 'prod');
  // @ts-expect-error there is no such property
  new Environment(stack, 'a', { isProd: true });
  // @ts-expect-error not a way in which guests sign in
  new Environment(stack, 'b', { guestAuthentication: ['carrier_pigeon'] });
  // @ts-expect-error an owner is missing
  new ApiKey(stack, 'c', { environment: prod });
  // @ts-expect-error an environment is a construct, not a name
  new ApiKey(stack, 'd', { environment: 'production', owner: Owner.tenant() });
  // @ts-expect-error an environment owns no keys
  new ApiKey(stack, 'e', { environment: prod, owner: prod });
  // @ts-expect-error a duration has a unit
  prod.addService('f').addApiKey('f', { expiresAfter: 30 });
  // @ts-expect-error a sink is made by Sink
  prod.addService('g').addApiKey('g', { deliverTo: ['secrets/key'] });
  // @ts-expect-error a role in a team is a TeamRole
  new Team(stack, 'h', { members: { ada: 'admin' } });
  // @ts-expect-error there is no such scope
  new Role(stack, 'i', { scope: 'world', permissions: [] });
  // @ts-expect-error an address is missing
  new User(stack, 'j', {});
  // @ts-expect-error a space is in an environment
  new Space(stack, 'k', {});
  // @ts-expect-error spaces are constructs
  new Guest(stack, 'l', { environment: prod, email: 'a@example.com', spaces: ['onboarding'] });
  // @ts-expect-error a resource takes the fields of its kind
  new ApiKeyResource(stack, 'm', { name: 'm', environment: 'prod', owner: {}, expiresafter: '1d' });
  // @ts-expect-error a resource has a name
  new EnvironmentResource(stack, 'n', {});
  // @ts-expect-error a length of time is made by its unit
  new Duration('30d');
}

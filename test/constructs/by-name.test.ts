// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are expressions of Terraform
/** What is live or declared elsewhere, taken by its name: it can be asked for what can be asked of what is declared. */
import { type TerraformStack, Testing } from 'cdktf';
import {
  ApiKey,
  ApiKeyResource,
  Duration,
  Environment,
  GuestResource,
  type IEnvironment,
  type IService,
  type ISpace,
  type ITeam,
  Owner,
  Service,
  ServiceResource,
  Space,
  SpaceResource,
  Team,
  TeamRole,
  User,
} from '../../src/constructs/index.js';
import { resourcesOf, synthesized } from '../support/cdk.js';

Testing.setupJest();

interface Known {
  readonly environment: IEnvironment;
  readonly service: IService;
  readonly team: ITeam;
  readonly space: ISpace;
}

/** As a construct of a user's own library would, which does not know where these come from. */
function use({ environment, service, team, space }: Known): void {
  service.addApiKey('of-service', { environment });
  team.addApiKey('of-team', { environment, role: TeamRole.EDITOR });
  environment.addService('added').addApiKey('of-added');
  environment.addSpace('room');
  space.grantAccess(environment.inviteGuest('ada@example.com'), ['contacts']);
}

test.each([
  [
    'declared',
    (stack: TerraformStack): Known => {
      const environment = new Environment(stack, 'prod');
      const [service, team] = [new Service(stack, 'billing'), new Team(stack, 'data')];
      return { environment, service, team, space: new Space(stack, 'hall', { environment }) };
    },
  ],
  [
    'taken by its name',
    (stack: TerraformStack): Known => {
      const environment = Environment.fromName(stack, 'prod', 'prod');
      return {
        environment,
        service: Service.fromName(stack, 'billing', 'billing'),
        team: Team.fromName(stack, 'data', 'data'),
        space: Space.fromName(stack, 'hall', { name: 'hall', environment }),
      };
    },
  ],
])('keys, services, spaces and guests are added to what is %s', (how, known) => {
  const text = synthesized((stack) => use(known(stack)));
  const named = (address: string, name: string): string =>
    how === 'declared' ? `\${${address}.name}` : name;
  const environment = named('keywright_environment.prod', 'prod');
  expect(text).toHaveResourceWithProperties(ServiceResource, { name: 'added' });
  expect(text).toHaveResourceWithProperties(SpaceResource, { name: 'room', environment });
  expect(text).toHaveResourceWithProperties(ApiKeyResource, {
    name: 'of-service',
    environment,
    owner: { service: named('keywright_service.billing', 'billing') },
  });
  expect(text).toHaveResourceWithProperties(ApiKeyResource, {
    name: 'of-team',
    owner: { team: named('keywright_team.data', 'data'), role: 'editor' },
  });
  expect(text).toHaveResourceWithProperties(ApiKeyResource, { name: 'of-added', environment });
  expect(text).toHaveResourceWithProperties(GuestResource, {
    email: 'ada@example.com',
    grants: [{ space: named('keywright_space.hall', 'hall'), workbooks: ['contacts'] }],
  });
});

test('a key that is declared elsewhere rolls its consumers out too', () => {
  const text = synthesized((stack) => {
    ApiKey.fromName(stack, 'sync', 'stripe-sync').onRotate('roll-out');
  });
  const { data } = JSON.parse(text) as { readonly data: object };
  expect(data).toMatchObject({ keywright_api_key: { sync: { name: 'stripe-sync' } } });
  expect(Object.values(resourcesOf(text))).toMatchObject([
    {
      triggers_replace: {
        key_id: '${data.keywright_api_key.sync.key_id}',
        generation: '${data.keywright_api_key.sync.generation}',
      },
    },
  ]);
});

/** What no compiler looks at: apps are written in JavaScript too. */
const made = (kind: new (...given: never[]) => unknown, ...given: readonly unknown[]): unknown =>
  Reflect.construct(kind, given);

test('an app without a compiler is shown where a construct, an owner or a role is missing, and what to give', () => {
  const refused = (declare: Parameters<typeof synthesized>[0]): unknown => {
    try {
      return synthesized(declare);
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  const owner = Owner.tenant();
  expect(refused((stack) => made(ApiKey, stack, 'sync', { environment: 'prod', owner }))).toBe(
    'platform/sync: got "prod", expected a construct: declare it, or look it up with fromName',
  );
  expect(refused((stack) => made(Space, stack, 'hall', {}))).toMatch(/^platform\/hall: got undefined/);
  expect(
    refused((stack) => made(ApiKey, stack, 'sync', { environment: new Environment(stack, 'prod') })),
  ).toBe('platform/sync: got undefined, expected an owner: a Service, a Team, a User or Owner.tenant()');
  expect(refused((stack) => made(Team, stack, 'data', { members: { ada: 'admin' } }))).toMatch(
    /^platform\/data: got "admin", expected a role: .*TeamRole/,
  );
  expect(
    refused((stack) => made(User, stack, 'ada', { email: 'ada@example.com', roles: ['owner'] })),
  ).toMatch(/^platform\/ada: got "owner", expected a role: .*TenantRole/);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%s days are no duration', (amount) => {
  expect(() => Duration.days(amount)).toThrow(
    `a duration of ${amount}d: use a whole number above 0, in a smaller unit if necessary`,
  );
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are expressions of Terraform
/** Every construct of level 2, as Terraform sees it. */
import { TerraformStack, Testing } from 'cdktf';
import {
  ApiKey,
  ApiKeyResource,
  Connection,
  ConnectionResource,
  Duration,
  Environment,
  EnvironmentResource,
  GuestResource,
  KeywrightProvider,
  Owner,
  Resources,
  Role,
  RoleResource,
  Service,
  ServiceResource,
  Sink,
  Space,
  SpaceResource,
  Team,
  TeamResource,
  TeamRole,
  TenantRole,
  User,
  UserResource,
} from '../../src/constructs/index.js';
import { resourcesOf, synthesized } from '../support/cdk.js';

Testing.setupJest();

test('an environment has the fields of its kind, its name from its id', () => {
  const text = synthesized((stack) => {
    new Environment(stack, 'prod', {
      name: 'production',
      production: true,
      guestAuthentication: ['shared_link'],
      guestInvites: false,
      protect: true,
      labels: { team: 'platform' },
    });
    new Environment(stack, 'staging');
  });
  expect(text).toHaveResourceWithProperties(EnvironmentResource, {
    name: 'production',
    is_prod: true,
    guest_authentication: ['shared_link'],
    guest_invites: false,
    labels: { team: 'platform' },
    annotations: { 'keywright.dev/protect': 'true' },
  });
  expect(text).toHaveResourceWithProperties(EnvironmentResource, { name: 'staging' });
});

test('a stack without a provider gets one, and one that has one keeps it', () => {
  expect(synthesized((stack) => new Environment(stack, 'prod'))).toHaveProvider(KeywrightProvider);
  const own = synthesized((stack) => {
    new Environment(stack, 'prod');
    new KeywrightProvider(stack, 'keywright', { store: 'https://keys.example.com', project: 'acme' });
  });
  expect(JSON.parse(own).provider).toEqual({
    keywright: [{ store: 'https://keys.example.com', project: 'acme' }],
  });
  expect(JSON.parse(own).terraform.required_providers.keywright.source).toBe('keywright/keywright');
});

test('a service that is added to an environment makes keys there', () => {
  const text = synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    const billing = prod.addService('billing', {
      stewards: ['ada@example.com'],
      permissions: ['spaces:read'],
    });
    billing.addApiKey('stripe-sync', {
      permissions: ['invoices:read'],
      expiresAfter: Duration.days(180),
      rotation: { every: Duration.days(30), overlap: Duration.hours(24), consumers: ['checkout'] },
      deliverTo: [
        Sink.dotenv('secrets/billing.env', 'STRIPE_SYNC_KEY'),
        Sink.jsonFile('secrets/key.json').with({ refresh: { exec: ['./restart'] }, unverified: true }),
      ],
    });
  });
  expect(text).toHaveResourceWithProperties(ServiceResource, {
    name: 'billing',
    stewards: ['ada@example.com'],
    permissions: ['spaces:read'],
  });
  expect(text).toHaveResourceWithProperties(ApiKeyResource, {
    name: 'stripe-sync',
    environment: '${keywright_environment.prod.name}',
    owner: { service: expect.stringMatching(/^\$\{keywright_service\.prod_billing_[0-9A-F]{8}\.name\}$/) },
    permissions: ['invoices:read'],
    expires_after: '180d',
    rotation: { every: '30d', overlap: '1d', consumers: ['checkout'] },
    deliver: [
      { dotenv: { path: 'secrets/billing.env', variable: 'STRIPE_SYNC_KEY' } },
      {
        file: { path: 'secrets/key.json', format: 'json' },
        refresh: { exec: ['./restart'] },
        unverified: true,
      },
    ],
  });
});

test('a key is delivered to AWS and GitHub through connections of the app, or by their names', () => {
  const secret = { secret: 'shop/billing', fields: { api_key: 'key' } } as const;
  const target = { repository: 'acme/shop', environment: 'production', fields: { API_KEY: 'key' } } as const;
  const text = synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    const aws = new Resources.Connection(stack, 'aws', {
      name: 'aws',
      aws: {
        region: 'eu-west-1',
        webIdentity: { roleArn: 'arn:aws:iam::123456789012:role/a', tokenFile: 'token' },
      },
    });
    const deliverTo = [Sink.awsSecretsManager(aws, secret), Sink.githubActions({ name: 'gh' }, target)];
    prod.addService('billing').addApiKey('sync', { deliverTo });
  });
  expect(text).toHaveResourceWithProperties(ApiKeyResource, {
    name: 'sync',
    deliver: [
      { aws_secrets_manager: { connection: '${keywright_connection.aws.name}', ...secret } },
      { github_actions: { connection: 'gh', ...target } },
    ],
  });
});

test('a key is delivered to a Secret through a connection of the app, or one by its name', () => {
  const secret = { namespace: 'shop', name: 'billing', fields: { API_KEY: 'key' } } as const;
  const text = synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    const kubernetes = { inCluster: true } as const;
    const cluster = new Resources.Connection(stack, 'cluster', { name: 'cluster', kubernetes });
    const deliverTo = [Sink.kubernetes(cluster, secret), Sink.kubernetes({ name: 'other' }, secret)];
    prod.addService('billing').addApiKey('sync', { deliverTo });
  });
  expect(text).toHaveResourceWithProperties(ApiKeyResource, {
    name: 'sync',
    deliver: [
      { kubernetes: { connection: '${keywright_connection.cluster.name}', ...secret } },
      { kubernetes: { connection: 'other', ...secret } },
    ],
  });
});

test('a connection has the fields of its kind, and keys that are delivered through it refer to it', () => {
  const at = { mount: 'secret', path: 'shop/billing', fields: { api_key: 'key' } } as const;
  const restart = { deployment: 'shop/billing' } as const;
  const text = synthesized((stack) => {
    const vault = new Connection(stack, 'vault', {
      name: 'main-vault',
      vault: { address: 'https://vault.example.com', token: { env: 'VAULT_TOKEN' } },
      requestsPerSecond: 5,
      protect: true,
    });
    const cluster = new Connection(stack, 'cluster', { kubernetes: { inCluster: true } });
    const live = Connection.fromName(stack, 'live', 'old-vault');
    expect([Connection.isConnection(vault), Connection.isConnection(live)]).toEqual([true, false]);
    const deliverTo = [
      Sink.vault(vault, at).with({ refresh: { ...restart, connection: cluster } }),
      Sink.vault(live, at).with({ refresh: { ...restart, connection: 'by-name' }, unverified: true }),
    ];
    new Environment(stack, 'prod').addService('billing').addApiKey('sync', { deliverTo });
  });
  expect(text).toHaveResourceWithProperties(ConnectionResource, {
    name: 'main-vault',
    vault: { address: 'https://vault.example.com', token: { env: 'VAULT_TOKEN' } },
    requests_per_second: 5,
    annotations: { 'keywright.dev/protect': 'true' },
  });
  expect(text).toHaveResourceWithProperties(ApiKeyResource, {
    name: 'sync',
    deliver: [
      {
        vault: { connection: '${keywright_connection.vault.name}', ...at },
        refresh: { ...restart, connection: '${keywright_connection.cluster.name}' },
      },
      {
        vault: { connection: 'old-vault', ...at },
        refresh: { ...restart, connection: 'by-name' },
        unverified: true,
      },
    ],
  });
});

test('a connection of another stack is named, and its stack made first', () => {
  const app = Testing.app();
  const [base, shop] = [new TerraformStack(app, 'base'), new TerraformStack(app, 'shop')];
  const cluster = new Connection(base, 'cluster', { kubernetes: { inCluster: true } });
  const secret = { namespace: 'shop', name: 'billing', fields: { API_KEY: 'key' } } as const;
  new Environment(shop, 'prod')
    .addService('billing')
    .addApiKey('sync', { deliverTo: [Sink.kubernetes(cluster, secret)] });
  expect(shop.dependsOn(base)).toBe(true);
  expect(Testing.synth(shop)).toHaveResourceWithProperties(ApiKeyResource, {
    deliver: [{ kubernetes: { connection: 'cluster', ...secret } }],
  });
});

test('a connection to no service, or to two, is refused where it is declared', () => {
  const refused = (props: object) => () =>
    Testing.synth(
      new (class extends TerraformStack {
        constructor() {
          super(Testing.app(), 'platform');
          new Connection(this, 'both', props);
        }
      })(),
      true,
    );
  const token = { env: 'TOKEN' };
  const vault = { address: 'https://vault.example.com', token };
  for (const props of [{ requestsPerSecond: 5 }, { vault, github: { token } }])
    expect(refused(props)).toThrow(/platform\/both.*exactly one of aws, github, kubernetes, vault/s);
});

test('a key without an environment is refused where it is added', () => {
  expect(() => synthesized((stack) => new Service(stack, 'billing').addApiKey('sync'))).toThrow(
    'platform/billing: key sync has no environment',
  );
});

test('keys belong to a service, a team with a role, a person or the tenant', () => {
  const text = synthesized((stack) => {
    const environment = new Environment(stack, 'prod');
    const team = new Team(stack, 'payments');
    const ada = new User(stack, 'ada', { email: 'ada@example.com' });
    team.addApiKey('of-team', { environment, role: TeamRole.EDITOR });
    new ApiKey(stack, 'of-user', { environment, owner: ada });
    new ApiKey(stack, 'of-tenant', { environment, owner: Owner.tenant(), type: 'publishable' });
    new ApiKey(stack, 'of-live', { environment, owner: Service.fromName(stack, 'live', 'old-billing') });
  });
  const owners = Object.values(resourcesOf(text)).flatMap(({ name, owner }) =>
    owner ? [[name, owner]] : [],
  );
  expect(Object.fromEntries(owners)).toEqual({
    'of-team': { team: '${keywright_team.payments.name}', role: 'editor' },
    'of-user': { user: '${keywright_user.ada.name}' },
    'of-tenant': { tenant: true },
    'of-live': { service: 'old-billing' },
  });
});

test('roles, people and teams have the fields of their kinds', () => {
  const text = synthesized((stack) => {
    const reader = new Role(stack, 'log-reader', { scope: 'tenant', permissions: ['audit:read'] });
    const ada = new User(stack, 'ada', {
      email: 'ada@example.com',
      displayName: 'Ada',
      status: 'deactivated',
      roles: [TenantRole.ADMINISTRATOR],
    });
    ada.grantRole(reader);
    ada.grantRole(reader);
    const team = new Team(stack, 'data', { members: { 'Bob@example.com': TeamRole.ADMIN } });
    team.addMember(ada);
  });
  expect(text).toHaveResourceWithProperties(RoleResource, { scope: 'tenant', permissions: ['audit:read'] });
  expect(text).toHaveResourceWithProperties(UserResource, {
    name: 'ada',
    email: 'ada@example.com',
    display_name: 'Ada',
    status: 'deactivated',
    roles: ['administrator', '${keywright_role.log-reader.name}'],
  });
  expect(text).toHaveResourceWithProperties(TeamResource, {
    members: [
      { user: 'Bob@example.com', role: 'admin' },
      { user: '${keywright_user.ada.name}', role: 'viewer' },
    ],
  });
});

test('a person who is in a team already is not added to it again', () => {
  const twice = () =>
    synthesized((stack) => {
      new Team(stack, 'data', { members: { 'ada@example.com': TeamRole.ADMIN } }).addMember(
        'Ada@example.com',
      );
    });
  expect(twice).toThrow('platform/data: ada@example.com is already a member of the team');
});

test('F12: a guest who is invited again is one guest, with the spaces of both', () => {
  const text = synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    const onboarding = prod.addSpace('onboarding', { workbooks: ['contacts', 'orders'] });
    const audits = prod.addSpace('audits');
    const guest = prod.inviteGuest('Auditor@example.com', {
      displayName: 'Mr. Guest',
      expiresAfter: Duration.days(14),
      spaces: [audits],
    });
    onboarding.grantAccess(guest, ['contacts']);
    onboarding.grantAccess(guest, ['orders', 'contacts']);
    prod.inviteGuest('auditor@example.com', { spaces: [audits] });
  });
  expect(text).toHaveResourceWithProperties(SpaceResource, {
    name: 'onboarding',
    workbooks: ['contacts', 'orders'],
  });
  const guests = Object.entries(resourcesOf(text)).filter(([address]) =>
    address.startsWith('keywright_guest.'),
  );
  expect(guests).toHaveLength(1);
  expect(text).toHaveResourceWithProperties(GuestResource, {
    name: 'auditor-example-com',
    display_name: 'Mr. Guest',
    expires_after: '14d',
    grants: [
      { space: expect.stringContaining('prod_audits') },
      { space: expect.stringContaining('prod_onboarding'), workbooks: ['contacts', 'orders'] },
    ],
  });
});

test('a space that was granted as a whole stays granted as a whole', () => {
  const text = synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    const onboarding = prod.addSpace('onboarding');
    const guest = prod.inviteGuest('a@example.com', { spaces: [onboarding] });
    guest.grantSpace(onboarding, ['contacts']);
  });
  const [guest] = Object.values(resourcesOf(text)).filter(({ email }) => email !== undefined);
  expect(guest?.['grants']).toEqual([{ space: expect.any(String) }]);
});

test('a guest of one environment is not let into a space of another', () => {
  const across = () =>
    synthesized((stack) => {
      const guest = new Environment(stack, 'prod').inviteGuest('a@example.com');
      guest.grantSpace(new Environment(stack, 'staging').addSpace('onboarding'));
    });
  expect(across).toThrow('the space onboarding is in staging, but the guest belongs to prod');
});

test('addresses that read alike as names stay two guests', () => {
  const text = synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    prod.inviteGuest('a-b@example.com');
    prod.inviteGuest('a.b@example.com');
    prod.inviteGuest('a+b@example.com');
  });
  const names = Object.values(resourcesOf(text)).flatMap(({ email, name }) => (email ? [name] : []));
  expect(new Set(names).size).toBe(3);
});

test('text of people is never an expression', () => {
  const text = synthesized((stack) => {
    new Service(stack, 'billing', { description: 'costs ${var.price} or %{ if true }, $5' });
  });
  expect(text).toHaveResourceWithProperties(ServiceResource, {
    description: 'costs $${var.price} or %%{ if true }, $5',
  });
});

test('what was declared in another stack is named, and that stack comes first', () => {
  const app = Testing.app();
  const first = new TerraformStack(app, 'first');
  const second = new TerraformStack(app, 'second');
  const prod = new Environment(first, 'prod', { name: 'production' });
  new Service(second, 'billing').addApiKey('sync', { environment: prod });
  expect(Testing.synth(second)).toHaveResourceWithProperties(ApiKeyResource, { environment: 'production' });
  expect(second.dependsOn(first)).toBe(true);
});

test('a consumer is rolled out whenever a key has a new version', () => {
  const text = synthesized((stack) => {
    const key = new Environment(stack, 'prod').addService('billing').addApiKey('sync');
    key.onRotate('roll-out', { provisioners: [{ type: 'local-exec', command: './roll-out.sh billing' }] });
  });
  const data = Object.entries(resourcesOf(text)).find(([address]) => address.startsWith('terraform_data.'));
  expect(data?.[1]).toMatchObject({
    triggers_replace: {
      key_id: expect.stringMatching(/^\$\{keywright_api_key\..*\.key_id\}$/),
      generation: expect.stringMatching(/^\$\{keywright_api_key\..*\.generation\}$/),
    },
    provisioner: [{ 'local-exec': { command: './roll-out.sh billing' } }],
  });
});

test('ids of resources follow the path of their construct and nothing else', () => {
  const addresses = (more: string) =>
    Object.keys(
      resourcesOf(
        synthesized((stack) => {
          const prod = new Environment(stack, 'prod');
          if (more !== '') prod.addService(more);
          prod.addService('billing').addApiKey('sync');
        }),
      ),
    );
  expect(addresses('another')).toEqual(expect.arrayContaining(addresses('')));
  expect(addresses('')[0]).toMatch(/^keywright_api_key\.prod_billing_sync_/);
});

test('what is not offered can be overridden', () => {
  const text = synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    prod.resource.addOverride('guest_invites', false);
    prod.resource.importFrom('production');
  });
  expect(text).toHaveResourceWithProperties(EnvironmentResource, { guest_invites: false });
  expect(JSON.parse(text).import).toEqual([{ id: 'production', to: 'keywright_environment.prod' }]);
});

test('constructs know their own', () => {
  synthesized((stack) => {
    const prod = new Environment(stack, 'prod');
    const space = prod.addSpace('onboarding');
    expect(Environment.isEnvironment(prod)).toBe(true);
    expect(Space.isSpace(space)).toBe(true);
    expect(Environment.isEnvironment(space)).toBe(false);
    expect(Environment.isEnvironment(Environment.fromName(stack, 'live', 'production'))).toBe(false);
  });
});

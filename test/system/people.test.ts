/** People come, rest, go and are invited again; their keys with them and no others. The real command, as a user types it. */
import { Workspace, yamlStream } from '../support/workspace.js';

const document = (kind: string, name: string, spec: string, environment = ''): string =>
  `kind: ${kind}\nmetadata: { name: ${name} }\nspec: { ${environment}${spec} }\n`;
const inProduction = 'environment: production, ';
const key = (name: string, owner: string, more = ''): string =>
  document(
    'ApiKey',
    name,
    `owner: { ${owner} }, deliver: [{ dotenv: { path: secrets/keys.env, variable: ${variableOf(name)} } }]${more}`,
    inProduction,
  );
const variableOf = (name: string): string => name.toUpperCase().replaceAll('-', '_');
const ada = (more = ''): string => document('User', 'ada', `email: ada@example.com${more}`);

const SHARED = [
  document('Service', 'billing', ''),
  document('Role', 'analyst', 'scope: team, permissions: [spaces:read]'),
  document('Team', 'data', 'members: [{ user: owner, role: admin }]'),
  key('of-team', 'team: data, role: analyst'),
  key('of-service', 'service: billing'),
  key('of-tenant', 'tenant: true'),
];
const PERSONAL = key('of-person', 'user: ada@example.com');
const NAMES = ['of-team', 'of-service', 'of-tenant', 'of-person'];

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', 'kind: Project\nmetadata: { name: acme }\n');
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

async function apply(...documents: readonly string[]): Promise<string> {
  world.write('specs/all.yaml', yamlStream(...documents));
  const { code, stdout, stderr } = await world.run('apply --auto-approve --allow-removals 9');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout;
}
const tokens = (): readonly string[] =>
  NAMES.map((name) => world.variable('secrets/keys.env', variableOf(name)));
/** Exit code and code of each token, as `keywright verify` says it. */
async function verified(presented: readonly string[]): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const token of presented) {
    const { code, stdout } = await world.run('verify --stdin --output json', { input: token });
    answers.push(`${code} ${JSON.parse(stdout).code}`);
  }
  return answers;
}
const others = ['0 VALID', '0 VALID', '0 VALID'];

test('T3–T6, F1, F3: a personal key is good while its person is active, dead for ever once they are gone; all others stay', async () => {
  await apply(ada(), ...SHARED, PERSONAL);
  const made = tokens();
  expect(await verified(made)).toEqual([...others, '0 VALID']);
  await apply(ada(', status: deactivated'), ...SHARED, PERSONAL);
  expect(await verified(made)).toEqual([...others, '1 OWNER_DEACTIVATED']);
  expect((await world.run('plan')).stdout).toContain('OwnerDeactivated: ApiKey/of-person');
  await apply(ada(), ...SHARED, PERSONAL);
  expect(await verified(made)).toEqual([...others, '0 VALID']);

  expect(await apply(...SHARED, PERSONAL)).toContain('PersonalKeysEnd: User/ada');
  expect(await verified(made)).toEqual([...others, '1 OWNER_DELETED']);
  const named = await world.run('plan');
  expect([named.code, named.stderr]).toEqual([
    1,
    expect.stringContaining('User "ada@example.com" is neither'),
  ]);

  expect(await apply(ada(), ...SHARED, PERSONAL)).toContain('OwnerReplaced');
  expect(await verified(made)).toEqual([...others, '1 REVOKED']);
  expect(await verified(tokens())).toEqual([...others, '0 VALID']);
  expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
});

test('F4: promoting and demoting a person changes nothing about their key', async () => {
  const frozen = key('of-person', 'user: ada', ', permissions: [spaces:read]');
  await apply(ada(', roles: [member]'), ...SHARED, frozen);
  const shown = async () => (await world.run('get ApiKey/of-person --output json')).stdout;
  const before = await shown();
  await apply(ada(', roles: [owner]'), ...SHARED, frozen);
  await apply(ada(', roles: [member]'), ...SHARED, frozen);
  expect(await shown()).toBe(before);
  expect(await verified(tokens())).toEqual([...others, '0 VALID']);
});

test('F12: grants of one space, several spaces, one workbook and several are applied, and a workbook that is not there is shown', async () => {
  const spaces = ['onboarding', 'archive'].map((name) =>
    document('Space', name, 'workbooks: [contacts, orders]', inProduction),
  );
  const guest = (name: string, grants: string): string =>
    document(
      'Guest',
      name,
      `email: ${name}@example.com, expiresAfter: 14d, grants: [${grants}]`,
      inProduction,
    );
  const guests = [
    guest('one-space', '{ space: onboarding }'),
    guest('more-spaces', '{ space: onboarding }, { space: archive }'),
    guest('one-workbook', '{ space: onboarding, workbooks: [contacts] }'),
    guest('more-workbooks', '{ space: onboarding, workbooks: [orders, contacts] }, { space: archive }'),
  ];
  await apply(...spaces, ...guests);
  expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
  world.write(
    'specs/all.yaml',
    yamlStream(...spaces, guest('lost', '{ space: onboarding, workbooks: [contact] }')),
  );
  const wrong = await world.run('validate');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('space onboarding has no workbook contact');
  expect(wrong.stderr).toContain('did you mean "contacts"?');
});

test('F13: a guest who was removed comes back as another, with what is declared then', async () => {
  const space = document('Space', 'onboarding', 'workbooks: [contacts]', inProduction);
  const guest = (grants: string): string =>
    document('Guest', 'auditor', `email: g@example.com, grants: [${grants}]`, inProduction);
  await apply(space, guest('{ space: onboarding, workbooks: [contacts] }'));
  const idOf = async () =>
    (await world.json<{ items: { status: { id: string } }[] }>('get Guest')).items[0]?.status.id;
  const first = await idOf();
  await apply(space);
  expect(await idOf()).toBeUndefined();
  await apply(space, guest(''));
  expect(await idOf()).not.toBe(first);
  expect((await world.run('get Guest --output json')).stdout).not.toContain('contacts');
});

test('F10: the last administrator stays whatever is declared, and the rest is applied', async () => {
  const owner = (roles: string): string =>
    document('User', 'owner', `email: owner@localhost, roles: [${roles}]`);
  await apply(owner('owner'));
  world.write('specs/all.yaml', yamlStream(owner('member'), document('Service', 'billing', '')));
  const refused = await world.run('apply --auto-approve');
  expect([refused.code, refused.stdout]).toEqual([3, expect.stringContaining('TooFewAdministrators')]);
  expect((await world.run('get Service/billing')).code).toBe(0);
  expect((await world.run('get User/owner --output json')).stdout).toContain('"owner"\n');
});

test('F1, F17, U11: drift names keys tied to a person and unused keys, and is no drift for it', async () => {
  world.write(
    'keywright.yaml',
    'kind: Project\nmetadata: { name: acme }\nspec: { policy: { staleAfter: 1s } }\n',
  );
  await apply(ada(), ...SHARED, PERSONAL);
  await world.run('verify --stdin --consumer laptop', { input: tokens()[3] ?? '' });
  const reviewed = async () => {
    const { code, stdout } = await world.run('drift --output json');
    const { findings } = JSON.parse(stdout) as {
      findings: { code: string; object: { name: string }; message: string }[];
    };
    return {
      code,
      findings: findings.map(({ code: finding, object, message }) => `${finding} ${object.name}: ${message}`),
    };
  };
  let { code, findings } = await reviewed();
  const unused = () => findings.filter((one) => one.startsWith('KeyNeverUsed'));
  // They become stale one after another, as they were issued.
  for (let asked = 0; asked < 200 && unused().length < 3; asked++) ({ code, findings } = await reviewed());
  expect(code).toBe(0);
  expect(unused().map((one) => one.split(':')[0])).toEqual([
    'KeyNeverUsed of-service',
    'KeyNeverUsed of-team',
    'KeyNeverUsed of-tenant',
  ]);
  const tied = findings.filter((one) => one.startsWith('KeyTiedToPerson'));
  expect(tied).toEqual([
    expect.stringContaining(
      'of-person: ApiKey/of-person belongs to ada. It stops working when the user leaves',
    ),
  ]);
  expect(tied[0]).toContain('dotenv:secrets/keys.env#OF_PERSON');
});

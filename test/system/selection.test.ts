/** Plans limited by labels, and plans for a later instant, with the real command. */
import { EXIT } from '../../src/cli/exit.js';
import { inDotenv, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/service.yaml', serviceYaml('billing'));
  world.write('specs/data.yaml', labelled('data-key', 'team: data, env: a'));
  world.write('specs/web.yaml', labelled('web-key', 'team: web, env: b'));
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

const labelled = (name: string, labels: string, spec = ''): string =>
  `apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: { name: ${name}, labels: { ${labels} } }\n` +
  `spec: { environment: development, owner: { service: billing }, ${inDotenv(`secrets/${name}.env`, 'KEY')}${spec === '' ? '' : `, ${spec}`} }\n`;

interface PlanDocument {
  readonly digest: string;
  readonly selection?: string;
  readonly summary: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly action: string; readonly object: { readonly name: string } }[];
  readonly forecast?: readonly { readonly object: { readonly name: string }; readonly what: string }[];
}

const planned = async (args: string) => {
  const plan = await world.json<PlanDocument>(args);
  return [...new Set(plan.steps.map(({ action, object }) => `${action} ${object.name}`))];
};
const applied = async (args = '') => (await world.run(`apply --auto-approve${args}`)).code;

describe('--select', () => {
  test('leaves what it does not name untouched, also when that was deleted from the documents', async () => {
    await applied();
    world.write('specs/data.yaml', labelled('data-key', 'team: data, env: a', 'expiresAfter: 90d'));
    world.remove('specs/web.yaml');
    expect(await planned('plan --select team=data')).toEqual(expect.arrayContaining(['update data-key']));
    expect(await planned('plan --select team=data')).not.toEqual(expect.arrayContaining(['delete web-key']));
    expect(await applied(' --select team=data')).toBe(EXIT.done);
    expect(
      (await world.run('verify --stdin', { input: world.variable('secrets/web-key.env', 'KEY') })).code,
    ).toBe(0);
    expect(await planned('plan --select team=web')).toEqual(['delete web-key']);
    expect((await world.run('drift --select team=data')).code).toBe(EXIT.done);
    expect((await world.run('drift --select !team')).code).toBe(EXIT.done);
    expect((await world.run('drift --select team')).code).toBe(EXIT.changes);
  });

  test('names an object by its label in the documents or in the store', async () => {
    await applied();
    world.write('specs/data.yaml', labelled('data-key', 'team: web, env: a'));
    for (const team of ['data', 'web'])
      expect(await planned(`plan --select team=${team}`)).toEqual(['update data-key']);
    expect(await applied(' --select team=data')).toBe(EXIT.done);
    expect(await planned('plan --select team=data')).toEqual([]);
  });

  test('takes kubectl’s selectors', async () => {
    const env = (text: string) => ({ env: { KEYWRIGHT_SELECT: text } });
    await applied();
    const names = async (text: string) => {
      const { stdout } = await world.run('get ApiKey --output json', env(text));
      return (JSON.parse(stdout).items as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      );
    };
    expect(await names('team in (data, x),env=a')).toEqual(['data-key']);
    expect(await names('team, team != data')).toEqual(['web-key']);
    const refused = await world.run('plan', env('team in data'));
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.stderr).toMatch(/--select must be label selectors such as team=data/);
  });

  test('needs what it names to be live or selected too', async () => {
    const refused = await world.run('apply --auto-approve --select team=data');
    expect(refused.code).toBe(EXIT.error);
    expect(refused.stderr).toContain('ApiKey/data-key refers to Service/billing');
    world.write(
      'specs/service.yaml',
      serviceYaml('billing').replace('billing }', 'billing, labels: { team: data } }'),
    );
    expect(await applied(' --select team=data')).toBe(EXIT.done);
  });

  test('is recorded in a saved plan, which goes stale by what it selects and by nothing else', async () => {
    await applied();
    world.write('specs/data.yaml', labelled('data-key', 'team: data, env: a', 'expiresAfter: 90d'));
    expect((await world.run('plan --select team=data --out plan.json')).code).toBe(EXIT.done);
    expect((await world.json<PlanDocument>('plan --select team=data')).selection).toBe('team=data');
    expect((await world.run('apply plan.json --select team=web')).code).toBe(EXIT.usage);
    world.write('specs/web.yaml', labelled('web-key', 'team: web, env: b', 'expiresAfter: 90d'));
    expect((await world.run('apply plan.json')).code).toBe(EXIT.done);
    expect(await planned('plan --select team=data')).toEqual([]);
    expect(await planned('plan')).toEqual(expect.arrayContaining(['update web-key']));
    world.write('specs/data.yaml', labelled('data-key', 'team: data, env: a', 'expiresAfter: 80d'));
    await world.run('plan --select team=data --out plan.json');
    world.write('specs/data.yaml', labelled('data-key', 'team: data, env: a', 'expiresAfter: 70d'));
    expect((await world.run('apply plan.json')).code).toBe(EXIT.stale);
  });

  test('does not lift the guard against emptied documents', async () => {
    await applied();
    for (const name of ['service', 'data', 'web']) world.remove(`specs/${name}.yaml`);
    const plan = await world.run('plan --select team=data --detailed-exitcode');
    expect(plan.code).toBe(EXIT.refused);
    expect(plan.stdout).toContain('EmptiedConfiguration');
  });
});

describe('--at', () => {
  beforeEach(async () => {
    world.write(
      'specs/data.yaml',
      yamlStream(
        labelled('rotating', 'team: data', 'expiresAfter: 90d, rotation: { every: 30d }'),
        labelled('lapsing', 'team: data', 'expiresAfter: 20d'),
      ),
    );
    await applied();
  });

  test('plans for a later instant and lists what happens until then', async () => {
    const plan = await world.json<PlanDocument>('plan --at +40d');
    expect(plan.forecast?.map(({ object, what }) => `${object.name} ${what}`)).toEqual([
      'lapsing lapses',
      'rotating rotates',
    ]);
    expect(plan.summary['rotate']).toBe(1);
    expect((await world.json<PlanDocument>('plan')).summary['rotate']).toBe(0);
    expect(await world.json<PlanDocument>('plan')).not.toHaveProperty('forecast');
    const text = (await world.run('plan --at +40d')).stdout;
    expect(text).toMatch(/Due until .*:\n.*ApiKey\/lapsing expires \(Expired\)/);
    expect(text).toContain('Planned at that time, if nothing is applied before:');
    const markdown = (await world.run('plan --at +40d --output markdown')).stdout;
    expect(markdown).toContain('ApiKey/rotating rotates (RotationDue)');
    expect((await world.run('plan --at +1d')).stdout).toContain('Nothing is due until');
  });

  test.each([
    ['plan --at +40d --out plan.json', 'cannot be saved'],
    ['plan --at 2020-01-01T00:00:00Z', 'is in the past'],
    ['plan --at +40', 'such as +30d'],
    ['plan --at tomorrow', 'such as 2027-01-31T12:00:00Z'],
  ])('%s is a usage error that says what to do', async (args, says) => {
    const ended = await world.run(args);
    expect(ended.code).toBe(EXIT.usage);
    expect(ended.stderr).toContain(says);
  });

  test('makes no plan that can be applied now', async () => {
    const { stdout } = await world.run('plan --at +40d --output json');
    world.write('ahead.json', stdout);
    const refused = await world.run('apply ahead.json');
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.stderr).toContain('was made with --at');
  });
});

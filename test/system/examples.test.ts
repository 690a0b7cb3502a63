import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitRepository, HAS_JQ } from '../support/drivers/index.js';
import { testsWith } from '../support/parts.js';
import { keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

const place = { current: new Workspace() };

/** A working folder that is a copy of an example. */
function example(name: string): Workspace {
  const workspace = new Workspace();
  place.current = workspace;
  cpSync(join(__dirname, '../../examples', name), workspace.folder, { recursive: true });
  return workspace;
}

afterEach(() => {
  expect(place.current.leaks()).toEqual([]);
  place.current.dispose();
});

const digestOf = async (workspace: Workspace): Promise<string> =>
  (await workspace.json<{ digest: string }>('plan')).digest;

describe('examples/yaml', () => {
  it('is right, converges at once, and says what a change would do', async () => {
    const platform = example('yaml');
    expect(await platform.run('validate')).toMatchObject({ code: 0, stderr: '' });
    expect(await platform.run(`apply --approve ${await digestOf(platform)}`)).toMatchObject({ code: 0 });
    expect(await platform.run('drift')).toMatchObject({ code: 0 });
    for (const key of platform.delivered())
      expect(await platform.run('verify --stdin', { input: key })).toMatchObject({ code: 0 });

    const people = platform.read('specs/people.yaml').replace('role: admin', 'role: importer');
    platform.write('specs/people.yaml', people);
    const changed = await platform.run('plan --detailed-exitcode');
    expect(changed.code).toBe(2);
    expect(changed.stdout).toContain('~ update Team/data (DeclarationChanged)');
  });
});

describe('D6, D7: examples/gitops', () => {
  it('plans on a pull request, applies what was reviewed, and finds drift afterwards', async () => {
    const pipeline = example('gitops');
    expect(await pipeline.script('plan.sh')).toMatchObject({ code: 0 });
    expect(pipeline.read('comment.md')).toContain('ApiKey/billing-prod');
    expect(await pipeline.script('apply.sh')).toMatchObject({ code: 0 });
    expect(await pipeline.script('drift.sh')).toMatchObject({ code: 0 });

    await pipeline.run('revoke billing-prod --now --auto-approve --break-glass incident');
    expect(await pipeline.script('drift.sh')).toMatchObject({ code: 2 });
    const report = JSON.parse(pipeline.read('drift.json'));
    expect(report.steps[0]).toMatchObject({
      object: { kind: 'ApiKey', name: 'billing-prod' },
      cause: { path: 'cli:revoke' },
    });
  });

  it('refuses the reviewed plan once the documents have moved', async () => {
    const pipeline = example('gitops');
    expect(await pipeline.script('plan.sh')).toMatchObject({ code: 0 });
    const keys = pipeline.read('specs/keys.yaml');
    pipeline.write('specs/keys.yaml', keys.replace('every: 90d', 'every: 30d'));
    expect(await pipeline.script('apply.sh')).toMatchObject({ code: 4 });
    expect(pipeline.exists('secrets/billing.env')).toBe(false);
  });
});

describe('examples/drivers', () => {
  it('are all in its page, with the settings that they read', () => {
    const { folder } = example('drivers');
    const page = readFileSync(join(folder, 'README.md'), 'utf8');
    const drivers = readdirSync(folder).filter((name) => name.endsWith('.sh'));
    expect(drivers).not.toEqual([]);
    for (const name of drivers) {
      const line = page.split('\n').find((one) => one.startsWith(`| [${name}](${name})`)) ?? '';
      const read = readFileSync(join(folder, name), 'utf8').match(
        /\$\{?(?:GIT_(?:REPOSITORY|BRANCH)|CMS_[A-Z]+)/g,
      );
      const settings = new Set((read ?? ['ETCDCTL_ENDPOINTS']).map((one) => one.replace(/^\$\{?/, '')));
      for (const setting of settings) expect(line).toContain(`\`${setting}\``);
    }
  });

  testsWith('jq', HAS_JQ).test('git.sh: keys are delivered to a repository and rotated', async () => {
    const work = example('drivers');
    const { show } = gitRepository(join(work.folder, 'secrets.git'));
    const env = { GIT_REPOSITORY: join(work.folder, 'secrets.git') };
    const key = (name: string): string =>
      keyYaml(
        name,
        `deliver: [{ exec: { command: [./git.sh], place: ${name}.key, env: [GIT_REPOSITORY] } }]`,
      );
    work.write('keywright.yaml', projectYaml());
    work.write('specs/keys.yaml', yamlStream(serviceYaml('billing'), key('one'), key('two')));
    expect(await work.run('apply --auto-approve', { env })).toMatchObject({ code: 0 });
    const first = show('one.key') ?? '';
    expect(await work.run('verify --stdin', { input: first })).toMatchObject({ code: 0 });
    expect(await work.run('drift', { env })).toMatchObject({ code: 0 });
    expect(await work.run('rotate one --auto-approve', { env })).toMatchObject({ code: 0 });
    const second = show('one.key') ?? '';
    expect(second).not.toBe(first);
    expect(await work.run('verify --stdin', { input: second })).toMatchObject({ code: 0 });
    for (const token of [first, second, show('two.key') ?? '']) {
      work.see(token);
      expect(token).toMatch(/^sk_/);
    }
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: of shells, and of documents in a loop
/** The commands around a project: fmt, destroy, completion, an app in keywright.yaml, and approval from anywhere. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { EXIT } from '../../src/cli/exit.js';
import { SCHEMA_LINE } from '../../src/domain/kinds/document-schema.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

let world: Workspace;
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write(
    'specs/all.yaml',
    yamlStream(serviceYaml('billing'), keyYaml('app', inDotenv('secrets/app.env', 'APP')), keyYaml('other')),
  );
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

describe('fmt', () => {
  test('writes what is not in one style, says which, and has nothing to do then', async () => {
    world.write('specs/wild.yaml', 'kind:    Service # ours\nmetadata:   {name: wild}\nspec: {}\n');
    const checked = await world.run('fmt --check');
    expect(checked).toMatchObject({ code: EXIT.changes, stdout: 'specs/wild.yaml\n' });
    expect(world.read('specs/wild.yaml')).toContain('kind:    Service');
    expect(await world.run('fmt')).toMatchObject({ code: 0, stdout: 'specs/wild.yaml\n', stderr: '' });
    expect(world.read('specs/wild.yaml')).toBe('kind: Service # ours\nmetadata: { name: wild }\nspec: {}\n');
    expect(await world.json('fmt --check')).toMatchObject({ kind: 'Format', changed: [], unchanged: 3 });
  });

  test('leaves documents with errors alone', async () => {
    world.write('specs/wrong.yaml', 'kind: [\n');
    expect(await world.run('fmt')).toMatchObject({
      code: EXIT.error,
      stderr: expect.stringContaining('wrong'),
    });
    expect(world.read('specs/wrong.yaml')).toBe('kind: [\n');
  });
});

describe('destroy', () => {
  test('is refused without the number of removals, and takes everything of the project with it', async () => {
    await world.run('apply --auto-approve');
    const refused = await world.run('destroy --auto-approve');
    expect(refused).toMatchObject({ code: EXIT.refused });
    expect(refused.stdout).toContain('EmptiedConfiguration');
    const [, count = ''] = /--allow-removals (\d+)/.exec(refused.stdout) ?? [];
    expect((await world.run('get apikeys -o name')).stdout).toContain('ApiKey/app');
    expect((await world.run(`destroy --allow-removals ${count}`)).code).toBe(EXIT.refused);
    await world.run(`destroy --allow-removals ${count} --auto-approve`);
    const left = (await world.run('get')).stdout;
    expect(left).toMatch(/^ApiKey\/app\s+\(removed\)\s+Terminating/m);
    expect(left).toContain('Environment/development');
    // The documents are as they were.
    expect((await world.run('plan')).stdout).toContain('create ApiKey/app');
  });

  test('says so where there is no store, and makes none', async () => {
    expect((await world.run('destroy --auto-approve')).code).toBe(EXIT.unreachable);
    expect(world.exists('.keywright')).toBe(false);
  });

  test('leaves what is protected', async () => {
    world.write(
      'specs/all.yaml',
      serviceYaml('billing').replace(
        'name: billing',
        'name: billing, annotations: { keywright.dev/protect: "true" }',
      ),
    );
    await world.run('apply --auto-approve');
    expect((await world.run('destroy --allow-removals 9 --auto-approve')).stdout).toContain(
      'ProtectedObject',
    );
    expect((await world.run('get services -o name')).stdout).toBe('Service/billing\n');
  });
});

describe('completion', () => {
  test('bash completes commands, flags, choices and names', async () => {
    await world.run('apply --auto-approve');
    const { stdout } = await world.run('completion bash');
    world.write('completion.bash', stdout);
    world.write(
      'bin/keywright',
      `#!/bin/sh\nexec ${process.execPath} ${join(__dirname, '../../dist/keywright.js')} "$@"\n`,
    );
    const complete = (...words: readonly string[]): readonly string[] =>
      execFileSync(
        'bash',
        [
          '-c',
          'chmod +x bin/keywright; PATH="$PWD/bin:$PATH"; source completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keywright; printf "%s\\n" "${COMPREPLY[@]}"',
          'bash',
          'keywright',
          ...words,
        ],
        { cwd: world.folder, encoding: 'utf8' },
      )
        .trim()
        .split('\n');
    expect(complete('re')).toEqual(expect.arrayContaining(['revoke', 'restore']));
    expect(complete('plan', '--de')).toEqual(['--detailed-exitcode']);
    expect(complete('get', '-o', 'w')).toEqual(['wide']);
    expect(complete('run', '--drift', 'h')).toEqual(['heal']);
    expect(complete('rotate', 'ApiKey/o')).toEqual(['ApiKey/other']);
    expect(complete('explain', 'Service/')).toEqual(['Service/billing']);
    expect(complete('get', 'Api')).toEqual(expect.arrayContaining(['ApiKey', 'ApiKey/app']));
  });

  test('zsh and fish know every command and flag', async () => {
    const scripts = await Promise.all(['zsh', 'fish'].map((shell) => world.run(`completion ${shell}`)));
    for (const { stdout, code } of scripts) {
      expect(code).toBe(0);
      for (const { name } of COMMANDS) expect(stdout).toContain(name);
      for (const flag of ['detailed-exitcode', 'allow-removals', 'watch', 'output'])
        expect(stdout).toContain(flag);
    }
    expect(await world.run('completion tcsh')).toMatchObject({ code: EXIT.usage });
  });
});

describe('the schema line', () => {
  const schema = JSON.parse(
    readFileSync(join(__dirname, '../../docs/reference/keywright.schema.json'), 'utf8'),
  );
  const validate = new Ajv({ strict: false, formats: { 'date-time': true } }).compile(schema);

  /** A modeline counts for the document that it stands in. */
  const checked = (text: string): number => {
    const documents = parseAllDocuments(text);
    for (const part of text.split(/^---\n/m)) expect(part.startsWith(SCHEMA_LINE)).toBe(true);
    for (const document of documents) {
      expect(validate(document.toJS()) ? [] : validate.errors).toEqual([]);
    }
    return documents.length;
  };

  test('is above every document that init and export write, and the schema takes each', async () => {
    await world.run('apply --auto-approve');
    expect(checked((await world.run('export')).stdout)).toBe(3);
    await world.run('export --out exported');
    expect(checked(world.read('exported/api-keys.yaml'))).toBe(2);
    const fresh = new Workspace();
    await fresh.run('init');
    expect(checked(fresh.read('keywright.yaml'))).toBe(1);
    expect(checked(fresh.read('specs/billing.yaml'))).toBe(2);
    expect(await fresh.run('fmt --check')).toMatchObject({ code: 0 });
    expect((await fresh.run('validate')).code).toBe(0);
    fresh.dispose();
  });
});

describe('a document in a loop', () => {
  const keys = (matrix: string): string =>
    `kind: ApiKey\nmatrix: ${matrix}\nmetadata: { name: "\${use}-key" }\nspec:\n  environment: development\n  owner: { service: billing }\n` +
    '  deliver: [{ dotenv: { path: "secrets/${use}.env", variable: KEY } }]\n';

  test('is planned and applied as its objects, and a value that is renamed keeps its key', async () => {
    world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), keys('{ use: [web, batch, mail] }')));
    expect((await world.run('apply --auto-approve')).code).toBe(0);
    expect((await world.run('get apikeys -o name')).stdout).toContain('ApiKey/batch-key\n');
    const secret = world.variable('secrets/mail.env', 'KEY');
    const renamed = '{ use: [batch, web, post], previous: { use: { post: mail } } }';
    world.write('specs/all.yaml', yamlStream(serviceYaml('billing'), keys(renamed)));
    const { steps } = await world.json<{ steps: { id: string; reason: string }[] }>('plan');
    expect(steps[0]).toMatchObject({ id: 'ApiKey/post-key update', reason: 'Renamed' });
    expect(steps.map(({ id }) => id).join()).not.toMatch(/delete|create/);
    expect((await world.run('apply --auto-approve')).code).toBe(0);
    expect((await world.run('verify --stdin', { input: secret })).stdout).toContain('ApiKey/post-key');
    expect((await world.run('drift')).code).toBe(0);
    expect((await world.run('explain post-key')).stdout).toContain('is live as declared in specs/all.yaml');
  });
});

describe('apply --git', () => {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: world.folder,
    });

  test('plans and approves what a branch declares, from a folder with nothing in it', async () => {
    const project = projectYaml('{ guard: { requireApproval: [development] } }');
    world.write('keywright.yaml', project);
    git('init', '-q', '-b', 'main');
    git('add', 'keywright.yaml', 'specs');
    git('commit', '-qm', 'documents');
    const elsewhere = new Workspace();
    const from = `--git ${world.folder} --branch main`;
    const { digest, steps } = await elsewhere.json<{ digest: string; steps: unknown[] }>(`plan ${from}`);
    expect(steps).not.toEqual([]);
    const waiting = await elsewhere.run(`apply ${from} --auto-approve`);
    expect(waiting).toMatchObject({ code: EXIT.refused, stderr: expect.stringContaining(digest) });
    expect(await elsewhere.run(`apply ${from} --approve ${digest}`)).toMatchObject({ code: 0 });
    expect((await elsewhere.run('get apikeys -o name --store .keywright')).stdout).toContain('ApiKey/app\n');
    // A commit is what counts, not the files beside it.
    world.write('specs/all.yaml', serviceYaml('billing'));
    expect((await elsewhere.json<{ steps: unknown[] }>(`plan ${from}`)).steps).toEqual([]);
    elsewhere.dispose();
  });

  test('fails when the branch cannot be fetched, also after it once could', async () => {
    git('init', '-q', '-b', 'main');
    git('add', 'keywright.yaml', 'specs');
    git('commit', '-qm', 'documents');
    const elsewhere = new Workspace();
    expect((await elsewhere.run(`plan --git ${world.folder}`)).code).toBe(0);
    world.remove('.git');
    const { code, stderr } = await elsewhere.run(`apply --git ${world.folder} --auto-approve`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('cannot be fetched') });
    expect((await elsewhere.run('plan --branch main')).code).toBe(EXIT.usage);
    elsewhere.dispose();
  });

  test('runs nothing of a branch', async () => {
    world.write('keywright.yaml', projectYaml('{ app: touch ran }'));
    git('init', '-q', '-b', 'main');
    git('add', 'keywright.yaml', 'specs');
    git('commit', '-qm', 'documents');
    expect((await world.run(`plan --git ${world.folder}`)).code).toBe(EXIT.usage);
    expect(world.exists('ran')).toBe(false);
  });
});

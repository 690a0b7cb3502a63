/** The likeliest mistakes, as a new user makes them: what happened, why, and what to do, in so many words. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/commands/index.js';
import {
  type Ended,
  inDotenv,
  keyYaml,
  projectYaml,
  serviceYaml,
  Workspace,
  yamlStream,
} from '../support/workspace.js';

let world: Workspace;
const said: Ended[] = [];
beforeEach(() => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/billing.yaml', yamlStream(serviceYaml('billing'), keyYaml('app', SINK)));
});
afterEach(() => world.dispose());
afterAll(() => {
  for (const { stdout, stderr } of said)
    expect(stdout + stderr).not.toMatch(/undefined|\[object|^\s+at .*\(|a bug/m);
});

const SINK = inDotenv('secrets/app.env', 'APP_KEY');

/** Runs a command and gives its exit code and standard error, with the working folder named HERE. */
async function outcomeOf(
  args: string,
  env?: Readonly<Record<string, string>>,
): Promise<readonly [number, string]> {
  const ended = await world.run(args, env ? { env } : {});
  said.push(ended);
  return [ended.code ?? -1, ended.stderr.replaceAll(world.folder, 'HERE')];
}

const errorsIn = async (...documents: readonly string[]): Promise<readonly [number, string]> => {
  world.write('specs/mine.yaml', yamlStream(...documents));
  return outcomeOf('plan');
};

describe('on the command line', () => {
  const TOKEN = `sk_live_4f9Kq2LmZx01_${'Aa1'.repeat(17).slice(0, 49)}`;

  test.each([`explain ${TOKEN}`, `apply ${TOKEN}`, `--output ${TOKEN} plan`, `plan --${TOKEN}`, TOKEN])(
    'a token where something else belongs (%#) is not repeated',
    async (args) => {
      const [code, text] = await outcomeOf(args);
      expect([code > 0, text]).toEqual([true, expect.stringContaining('sk_live_4f9Kq2LmZx01_…')]);
      const { stdout } = await world.run(`explain ${TOKEN} --output json`);
      expect([text, stdout].join()).not.toContain('Aa1');
    },
  );

  test('a folder without a project: the error names init, and --store where that would do', async () => {
    world.remove('keywright.yaml');
    expect(await outcomeOf('plan')).toEqual([
      1,
      'keywright: there is no keywright.yaml in HERE; create a project with: keywright init\n',
    ]);
    expect(await outcomeOf('get')).toEqual([
      1,
      'keywright: there is no keywright.yaml in HERE; use the folder of a project (-C DIR), or a store with --store\n',
    ]);
  });

  test('a mistyped command, flag or choice: the nearest one, or all there are', async () => {
    expect(await outcomeOf('aplly')).toEqual([
      64,
      expect.stringMatching(/unknown command 'aplly'\n\(Did you mean apply\?\)/),
    ]);
    expect(await outcomeOf('apply --auto-aprove')).toEqual([
      64,
      expect.stringMatching(/unknown option '--auto-aprove'\n\(Did you mean --auto-approve\?\)/),
    ]);
    expect(await outcomeOf('plan --output yaml')).toEqual([
      64,
      expect.stringMatching(
        /'-o, --output <format>' argument 'yaml' is invalid. Allowed choices are text, json, markdown/,
      ),
    ]);
  });

  test('-C names no folder: that is said, whatever the command', async () => {
    for (const folder of ['nowhere', 'keywright.yaml'])
      for (const command of ['plan', 'get'])
        expect(await outcomeOf(`-C ${folder} ${command}`)).toEqual([
          1,
          `keywright: the folder HERE/${folder} does not exist; see -C\n`,
        ]);
  });

  test('get with a kind as kubectl would take it: the kind that is meant', async () => {
    await outcomeOf('apply --auto-approve');
    expect(await outcomeOf('get services')).toEqual([0, '']);
    expect(await outcomeOf('get service/billing')).toEqual([0, '']);
    expect((await outcomeOf('get servics'))[1]).toContain(
      'to list all of this kind, run: keywright get Service\n',
    );
    expect((await outcomeOf('get servics/billing'))[1]).toContain('did you mean Service/billing?');
  });

  test('verify with a key and --stdin: neither is picked in silence', async () => {
    expect(await outcomeOf('verify sk_live_x --stdin')).toEqual([
      64,
      expect.stringContaining('use one of them'),
    ]);
  });

  test('plan --out over something that is no plan: it stays as it is', async () => {
    world.write('plan.json', '');
    mkdirSync(join(world.folder, 'out'));
    symlinkSync('keywright.yaml', join(world.folder, 'link'));
    for (const file of ['keywright.yaml', 'specs/billing.yaml', 'out', 'link']) {
      const before = file === 'out' ? '' : world.read(file);
      expect(await outcomeOf(`plan --out ${file}`)).toEqual([
        1,
        `keywright: ${file} exists and is not a saved plan, so nothing was written; use another file with --out\n`,
      ]);
      if (file !== 'out') expect(world.read(file)).toBe(before);
    }
    for (let times = 0; times < 2; times++) expect((await outcomeOf('plan --out plan.json'))[0]).toBe(0);
  });

  test('init a second time: nothing is written over', async () => {
    const before = world.read('keywright.yaml');
    expect(await outcomeOf('init')).toEqual([
      1,
      'keywright: keywright.yaml already exists, so nothing was written; remove it, or use another folder with -C DIR\n',
    ]);
    expect(world.read('keywright.yaml')).toBe(before);
    expect(world.exists('.gitignore')).toBe(false);
  });

  test('before the first apply: there is no store, and that is said, not an empty list', async () => {
    expect(await outcomeOf('get')).toEqual([
      7,
      'keywright: there is no store in HERE/.keywright yet; the first apply creates it\n',
    ]);
  });

  test('apply where no person can answer: refused, with the flag for pipelines; nothing was changed', async () => {
    expect(await outcomeOf('apply')).toEqual([
      3,
      'keywright: approval is required and standard input is not a terminal; nothing was changed. In a pipeline, use --auto-approve\n',
    ]);
    expect(world.exists('.keywright')).toBe(false);
  });
});

describe('in documents', () => {
  test('a mistyped field: its place, a caret, and the nearest one', async () => {
    const mine = serviceYaml('mine').replace('spec: {}', 'spec:\n  descripton: Mine');
    expect(await errorsIn(mine)).toEqual([
      1,
      'specs/mine.yaml:5:3 error: unknown field "descripton"\n' +
        '  5 |   descripton: Mine\n' +
        '    |   ^^^^^^^^^^\n' +
        '  help: did you mean "description"?\n\n' +
        'keywright: 1 error in the documents; nothing was changed\n',
    ]);
  });

  test('an environment of requireApproval that is not there: an error of the plan too, for it would guard nothing', async () => {
    world.write('keywright.yaml', projectYaml('{ guard: { requireApproval: [prodction] } }'));
    expect(await outcomeOf('plan')).toEqual([
      1,
      'keywright.yaml:4:36 error: Environment "prodction" is neither declared nor live\n' +
        '  4 | spec: { guard: { requireApproval: [prodction] } }\n' +
        '    |                                    ^^^^^^^^^\n' +
        '  help: did you mean "production"?\n\n' +
        'keywright: 1 error in the documents; nothing was changed\n',
    ]);
  });

  test('more errors than are shown: their number is not made up', async () => {
    const [code, text] = await errorsIn(...Array.from({ length: 120 }, () => 'kind: Servce\n'));
    expect(code).toBe(1);
    expect(text).toMatch(
      /\nand 20 more\n\nkeywright: more than 100 errors in the documents; nothing was changed\n$/,
    );
  });

  test('an unknown environment: the nearest, or what there is', async () => {
    const inEnvironment = (name: string) => keyYaml('mine').replace('development', name);
    expect((await errorsIn(inEnvironment('developmnet')))[1]).toMatch(/help: did you mean "development"\?/);
    const [code, text] = await errorsIn(inEnvironment('staging'));
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(
        /Environment "staging" is neither declared nor live\n.*\n.*\n {2}help: declare it, or use one of development, production\n/,
      ),
    ]);
  });

  test('the same name twice: both places', async () => {
    const [code, text] = await errorsIn(keyYaml('app'));
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(
        /specs\/mine.yaml:3:19 error: ApiKey\/app is declared twice\n[\s\S]*help: first declared in specs\/billing.yaml:8/,
      ),
    ]);
  });

  test.each(['../x.env', '/tmp/x.env', '.keywright/x.env'])(
    'a sink at %s: refused before anything is done',
    async (path) => {
      const [code, text] = await errorsIn(keyYaml('mine', inDotenv(path, 'KEY')));
      expect([code, text]).toEqual([
        1,
        expect.stringMatching(
          /error: the path is (outside the folders that sinks may write to|inside the live store)\n/,
        ),
      ]);
      expect(world.exists('.keywright')).toBe(false);
    },
  );

  test('a sink in a linked folder: the key waits and says what is in the way; nothing is written there', async () => {
    const elsewhere = new Workspace();
    mkdirSync(join(world.folder, 'out'));
    symlinkSync(elsewhere.folder, join(world.folder, 'out/linked'));
    world.write('specs/mine.yaml', keyYaml('mine', inDotenv('out/linked/x.env', 'KEY')));
    const { code, stdout } = await world.run('apply --auto-approve');
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /ApiKey\/mine waits: SinkUnknown\. .*out\/linked\/x\.env is not a regular file in regular folders \(ENOTDIR\); remove or rename what is at that path\n/,
    );
    expect(elsewhere.exists('x.env')).toBe(false);
    elsewhere.dispose();
  });

  test('tabs: one error that says to use spaces', async () => {
    world.write('specs/mine.yaml', keyYaml('mine').replace(/spec: \{ (.*?), .*/, 'spec:\n\t$1'));
    expect(await outcomeOf('plan')).toEqual([
      1,
      expect.stringMatching(
        /^specs\/mine.yaml:5:1 error: Tabs are not allowed as indentation\n.*\n.*\n {2}help: indent with spaces\n\nkeywright: 1 error/,
      ),
    ]);
  });

  test('a kind that there is not, far from any and close to one', async () => {
    const [code, text] = await errorsIn(
      serviceYaml('data').replace('Service', 'Tenant'),
      serviceYaml('data').replace('Service', 'Servcie'),
    );
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(
        /unknown kind "Tenant"\n[\s\S]*help: use one of Project, Environment, [\s\S]*unknown kind "Servcie"\n[\s\S]*help: did you mean "Service"\?/,
      ),
    ]);
  });

  test('a file from Windows, with a byte-order mark and CRLF, is no mistake', async () => {
    world.write('specs/mine.yaml', `\ufeff${keyYaml('mine').replaceAll('\n', '\r\n')}`);
    expect(await outcomeOf('validate')).toEqual([0, '']);
  });

  test('programs get the same errors as JSON on standard output, with the same exit code', async () => {
    world.write('specs/mine.yaml', keyYaml('mine', 'rotatoin: {}'));
    const { code, stdout, stderr } = await world.run('plan --output json');
    expect([code, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'Error',
      code: 'invalid_documents',
      diagnostics: [
        {
          code: 'unknown_field',
          position: { file: 'specs/mine.yaml', line: 4, column: 64 },
          help: 'did you mean "rotation"?',
        },
      ],
    });
  });
});

describe('with a live store', () => {
  beforeEach(async () => {
    expect((await world.run('apply --auto-approve')).code).toBe(0);
  });

  test('a mistyped key, plan or master key, and a foreign store: each says what to do', async () => {
    for (const command of ['rotate', 'claim', 'revoke', 'acknowledge', 'get']) {
      expect([command, ...(await outcomeOf(`${command} ap`))]).toEqual([
        command,
        1,
        'keywright: there is no live ApiKey/ap; did you mean ApiKey/app?\n',
      ]);
    }
    expect(await outcomeOf('rotate Service/billing')).toEqual([
      64,
      'keywright: Service/billing is not a key; use ApiKey/NAME\n',
    ]);
    expect(await outcomeOf('verify garbage')).toEqual([1, '']);
    expect(said.at(-1)?.stdout).toBe('MALFORMED: this is not a key: the format or checksum is wrong\n');
    expect(await outcomeOf('apply missing.json')).toEqual([
      64,
      expect.stringMatching(/the plan missing.json cannot be read/),
    ]);
    expect(await outcomeOf('apply specs/billing.yaml')).toEqual([
      64,
      'keywright: specs/billing.yaml is not a saved plan; create one with: keywright plan --out specs/billing.yaml\n',
    ]);
    expect(await outcomeOf('plan --store specs')).toEqual([
      1,
      'keywright: HERE/specs contains files that are not a store; use another folder\n',
    ]);
    const anotherKey = Buffer.alloc(32, 7).toString('base64');
    expect(await outcomeOf('get', { KEYWRIGHT_MASTER_KEY: anotherKey })).toEqual([
      1,
      'keywright: the master key is not the one this store was created with; provide that key, or restore master.key from its backup\n',
    ]);
    expect(world.leaks()).toEqual([]);
  });

  test('a saved plan that was edited is not applied', async () => {
    world.write('specs/mine.yaml', keyYaml('mine'));
    await world.run('plan --out plan.json');
    world.write('plan.json', world.read('plan.json').replaceAll('ApiKey/mine', 'ApiKey/more'));
    expect(await outcomeOf('apply plan.json')).toEqual([
      4,
      'keywright: plan.json was changed after it was saved, so it is not applied; plan again\n',
    ]);
    expect((await world.run('get ApiKey/mine')).code).toBe(1);
  });
});

test('a store where none can be made: said without a trace', async () => {
  for (const place of ['keywright.yaml/store', '/sys/store']) {
    const [code, text] = await outcomeOf(`apply --auto-approve --store ${place}`);
    expect([place, code, text]).toEqual([
      place,
      expect.any(Number),
      expect.stringMatching(/^keywright: .*store.*\n$/),
    ]);
    expect(code).not.toBe(0);
  }
});

test('help of every command shows what it takes and how it is used', async () => {
  const helps = await Promise.all(COMMANDS.map(({ name }) => world.run(`${name} --help`)));
  for (const [nth, { code, stdout, stderr }] of helps.entries()) {
    const { name } = COMMANDS[nth] ?? { name: '' };
    expect([name, code, stderr]).toEqual([name, 0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: keywright ${name} `));
    expect(stdout).toMatch(
      /\nOptions:\n[\s\S]*\nGlobal Options:\n[\s\S]*--store[\s\S]*\nExamples:\n {2}\$ keywright/,
    );
    if (/Usage: .*[<[](?!options)/.test(stdout)) expect(stdout).toMatch(/\nArguments:\n {2}\S+ {2,}\S/);
  }
});

test('a secret in a file that is no sink is found', async () => {
  await world.run('apply --auto-approve');
  world.write('run.log', `delivered ${world.variable('secrets/app.env', 'APP_KEY')}\n`);
  expect(world.leaks()).toEqual([join(world.folder, 'run.log')]);
  world.write('run.log', `${world.variable('secrets/app.env', 'APP_KEY').slice(21, 64)}\n`);
  expect(world.leaks()).toEqual([join(world.folder, 'run.log')]);
  world.remove('run.log');
  expect(world.leaks()).toEqual([]);
});

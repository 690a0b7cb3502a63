/** What every command prints with `--output json` is what docs/reference/output.schema.json says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { EXIT } from '../../src/cli/exit.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

const schema = JSON.parse(
  readFileSync(join(__dirname, '../../docs/reference/output.schema.json'), 'utf8'),
) as { readonly definitions: object };
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const validate = new Ajv({ strict: false, formats: { 'date-time': INSTANT } }).compile(schema);

let world: Workspace;
const seen = new Set<string>();
beforeAll(() => {
  world = new Workspace();
});
afterAll(() => world.dispose());

/** One object, or one a line, each of the schema; gives their kinds. */
function kindsIn(stdout: string): readonly string[] {
  const values = stdout.startsWith('{\n')
    ? [JSON.parse(stdout)]
    : stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
  for (const value of values) {
    expect({ kind: value.kind, errors: validate(value) ? [] : validate.errors }).toEqual({
      kind: value.kind,
      errors: [],
    });
    seen.add(value.kind);
  }
  return values.map(({ kind }) => kind);
}

const printed = async (args: string, input = '') => {
  const { stdout, code } = await world.run(`${args} --output json`, { input });
  return { code, kinds: [...new Set(kindsIn(stdout))] };
};

test('every command prints an object of a known kind', async () => {
  expect(await printed('version')).toEqual({ code: 0, kinds: ['Version'] });
  expect(await printed('init')).toEqual({ code: 0, kinds: ['Initialization'] });
  world.write('keywright.yaml', projectYaml());
  world.write(
    'specs/billing.yaml',
    yamlStream(
      serviceYaml('billing'),
      keyYaml('app', inDotenv('secrets/app.env', 'APP_KEY')),
      keyYaml('reporting', 'expiresAfter: 30d'),
    ),
  );
  expect(await printed('validate')).toEqual({ code: 0, kinds: ['Validation'] });
  expect(await printed('plan')).toEqual({ code: 0, kinds: ['Plan'] });
  expect(await printed('plan --at +400d')).toEqual({ code: 0, kinds: ['Plan'] });
  expect(await printed('apply --auto-approve')).toEqual({ code: 0, kinds: ['Report'] });
  expect((await printed('drift')).kinds).toEqual(['Drift']);
  expect(await printed('get')).toEqual({ code: 0, kinds: ['List'] });
  expect(await printed('export')).toEqual({ code: 0, kinds: ['List'] });
  expect(await printed('export --out exported')).toEqual({ code: 0, kinds: ['Export'] });
  expect(await printed('explain app')).toEqual({ code: 0, kinds: ['Explanation'] });
  expect(await printed('adopt Service/billing')).toEqual({ code: 0, kinds: ['Adoption'] });
  expect(await printed('claim reporting')).toEqual({ code: 0, kinds: ['Claim'] });
  const key = world.variable('secrets/app.env', 'APP_KEY');
  expect(await printed('verify --stdin', key)).toEqual({ code: 0, kinds: ['Verification'] });
  expect(await printed('verify --stdin', 'nothing')).toEqual({ code: 1, kinds: ['Verification'] });
  expect(await printed('rotate app --auto-approve')).toEqual({ code: 0, kinds: ['Report'] });
  expect(await printed('acknowledge app --auto-approve')).toEqual({ code: 0, kinds: ['Acknowledgement'] });
  expect(await printed('revoke reporting --auto-approve')).toEqual({ code: 0, kinds: ['Revocation'] });
  expect(await printed('drift')).toEqual({ code: EXIT.changes, kinds: ['Drift'] });
  expect(await printed('drift --only drifted')).toEqual({ code: EXIT.changes, kinds: ['Drift'] });
  expect(await printed('audit')).toEqual({ code: 0, kinds: ['AuditEntry'] });
  expect(await printed('audit verify')).toEqual({ code: 0, kinds: ['AuditVerification'] });
  expect(await printed('audit checkpoint')).toEqual({ code: 0, kinds: ['Checkpoint'] });
  expect(await printed('audit checkpoint --checkpoint points')).toEqual({ code: 0, kinds: ['Checkpoint'] });
  expect(await printed('audit archive --out first.ndjson')).toEqual({ code: 0, kinds: ['AuditArchive'] });
  const verified = 'audit verify --segments first.ndjson';
  expect(await printed(verified)).toEqual({ code: 0, kinds: ['AuditVerification'] });
  const nothingNew = 'audit archive --segments first.ndjson --out second.ndjson';
  expect(await printed(nothingNew)).toEqual({ code: 0, kinds: ['AuditArchive'] });
  expect(await printed('sessions owner')).toEqual({ code: 0, kinds: ['SessionList'] });
  expect(await printed('sessions owner --end-all --auto-approve')).toEqual({
    code: 0,
    kinds: ['SessionsEnded'],
  });
  expect(await printed('backup copy')).toEqual({ code: 0, kinds: ['Backup'] });
  expect(await printed('restore copy')).toEqual({ code: 0, kinds: ['Restoration'] });
  expect(await printed('master-key rotate')).toEqual({ code: 0, kinds: ['MasterKeyRotation'] });
});

test.each([
  ['an unknown command', 'frobnicate'],
  ['an unknown flag', 'plan --frobnicate'],
  ['a missing argument', 'explain'],
  ['a wrong choice', 'run --drift maybe'],
  ['a wrong value', 'plan --allow-removals many'],
  ['an unknown kind', 'get Servcies/billing'],
  ['a wrong selector', 'get --select a=b=c'],
])('%s is an error in JSON on standard output, with 64', async (_, args) => {
  const { stdout, stderr, code } = await world.run(`${args} --output json`);
  expect(code).toBe(EXIT.usage);
  expect(JSON.parse(stdout)).toMatchObject({ apiVersion: 'keywright.dev/v1', kind: 'Error', code: 'usage' });
  expect(stderr).toBe('');
  kindsIn(stdout);
});

test('no command, and a wrong variable, are errors in JSON too', async () => {
  const asJson = { KEYWRIGHT_OUTPUT: 'json' };
  const wrong = await world.run('get', { env: { ...asJson, KEYWRIGHT_INSECURE_HTTP: 'perhaps' } });
  expect(JSON.parse(wrong.stdout)).toMatchObject({ kind: 'Error', code: 'usage' });
  const none = await world.run('-o json');
  expect(none.code).toBe(EXIT.usage);
  expect(JSON.parse(none.stdout)).toMatchObject({ kind: 'Error', code: 'usage' });
});

test('wrong documents, and what is not there, are errors in JSON', async () => {
  expect(await printed('explain ApiKey/nothing')).toEqual({ code: 1, kinds: ['Error'] });
  world.write('specs/wrong.yaml', 'kind: ApiKey\n');
  expect(await printed('plan')).toEqual({ code: 1, kinds: ['Error'] });
  world.remove('specs/wrong.yaml');
});

test('audit and explain show instants, not milliseconds', async () => {
  const [entries, explained, table] = await Promise.all([
    world.run('audit --output json'),
    world.run('explain app --output json'),
    world.run('audit --output table'),
  ]);
  for (const { stdout } of [entries, explained, table]) {
    expect(stdout).toContain('key.issued');
    expect(stdout).not.toMatch(/\b1[0-9]{12}\b/);
  }
  expect(table.stdout).toMatch(/expiresAt=\d{4}-\d{2}-\d{2}T/);
});

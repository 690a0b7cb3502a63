/** The round trip with the real command: documents, a live store, documents; and on to another engine. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { projectYaml, Workspace } from '../support/workspace.js';

const EVERYTHING = `kind: Environment
metadata: { name: production }
spec: { isProd: true, guestInvites: false }
---
kind: Environment
metadata: { name: staging, labels: { tier: "2" } }
---
kind: Service
metadata: { name: billing, annotations: { keywright.dev/protect: "true", example.com/note: "two: parts # here" } }
spec: { description: Invoices, stewards: [ops@example.com], permissions: [spaces:read] }
---
kind: Role
metadata: { name: log-reader }
spec: { scope: tenant, permissions: [audit:read] }
---
kind: User
metadata: { name: ada }
spec: { email: Ada@Example.com, name: Ada, roles: [administrator, log-reader] }
---
kind: Team
metadata: { name: data }
spec: { members: [{ user: ada@example.com, role: admin }] }
---
kind: Space
metadata: { name: onboarding }
spec: { environment: staging, workbooks: [orders, contacts] }
---
kind: Guest
metadata: { name: auditor }
spec: { environment: staging, email: guest@example.com, expiresAfter: 14d, grants: [{ space: onboarding, workbooks: [contacts] }] }
---
kind: ApiKey
metadata: { name: billing-app }
spec:
  environment: staging
  owner: { service: billing }
  rotation: { every: P90D, overlap: 24h }
  deliver: [{ dotenv: { path: secrets/billing.env, variable: BILLING_API_KEY } }]
---
kind: ApiKey
metadata: { name: of-team }
spec: { environment: production, owner: { team: data, role: editor }, expiresAfter: 180d }
`;

const SETTLED = { code: 0, stdout: expect.stringContaining('no steps now') };

let world: Workspace;
beforeEach(async () => {
  world = new Workspace();
  world.write('keywright.yaml', projectYaml());
  world.write('specs/all.yaml', EVERYTHING);
  expect(await world.run('apply --auto-approve')).toMatchObject({ code: 0 });
});
afterEach(() => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
});

test('what is exported in the place of the documents leaves nothing to do, and exports the same again', async () => {
  const first = await world.run('export');
  world.remove('specs');
  expect(await world.run('export --out specs')).toMatchObject({ code: 0 });
  expect(readdirSync(join(world.folder, 'specs')).sort()).toEqual([
    'api-keys.yaml',
    'environments.yaml',
    'guests.yaml',
    'roles.yaml',
    'services.yaml',
    'spaces.yaml',
    'teams.yaml',
    'users.yaml',
  ]);
  expect(await world.run('validate')).toMatchObject({ code: 0 });
  expect(await world.run('plan --detailed-exitcode')).toMatchObject(SETTLED);
  expect((await world.run('export')).stdout).toBe(first.stdout);
  expect(await world.run('export --out specs')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--overwrite'),
  });
});

test('a kind, an object, or one file can be exported', async () => {
  expect((await world.run('export Role')).stdout).toMatch(
    /^# yaml-language-server: .*\napiVersion.*\nkind: Role\n/,
  );
  expect((await world.run('export Space/onboarding')).stdout).toMatch(/name: onboarding/);
  expect(await world.run('export Space/staging/onbording')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('did you mean'),
  });
  expect(await world.run('export ApiKey --out keys.yaml')).toMatchObject({ code: 0 });
  expect(world.read('keys.yaml').match(/^kind: /gm)).toHaveLength(2);
});

describeWithPostgres('to a server', () => {
  const cluster = postgresCluster();

  test('a project moves from the embedded store: the same objects, new keys, the old ones good until they are revoked', async () => {
    const exported = (await world.run('export')).stdout;
    const old = world.variable('secrets/billing.env', 'BILLING_API_KEY');
    const at = `--store ${await cluster.database()}`;

    const refused = await world.run(`apply --auto-approve ${at}`);
    expect([refused.code, refused.stdout]).toEqual([3, expect.stringContaining('Quarantined')]);
    expect(world.variable('secrets/billing.env', 'BILLING_API_KEY')).toBe(old);

    const moved = await world.run(`apply --auto-approve --take-over-sinks ${at}`);
    expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining('SinkTakenOver')]);
    const next = world.variable('secrets/billing.env', 'BILLING_API_KEY');
    expect(next).not.toBe(old);
    const code = async (token: string, where = '') =>
      (await world.run(`verify --stdin${where}`, { input: token })).code;
    expect([await code(next, ` ${at}`), await code(old, ` ${at}`), await code(old)]).toEqual([0, 1, 0]);
    expect((await world.run(`export ${at}`)).stdout).toBe(exported);
    expect(await world.run(`plan --detailed-exitcode ${at}`)).toMatchObject(SETTLED);

    expect(await world.run('revoke billing-app --now --auto-approve')).toMatchObject({ code: 0 });
    expect(await code(old)).toBe(1);
    expect(await code(next, ` ${at}`)).toBe(0);
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is text that must not be read as an expression
/** Live objects as a CDK app, with the real command. */
import { join } from 'node:path';
import { appWorkspace, platformYaml } from '../support/cdk-workspace.js';
import { testsWith } from '../support/parts.js';
import { HAS_OPENSSL } from '../support/servers/kubernetes/pki.js';
import { KubernetesServer } from '../support/servers/kubernetes.js';
import { VaultServer } from '../support/servers/vault.js';
import { compiled, typeErrors } from '../support/typecheck.js';
import { keyYaml, projectYaml, serviceYaml, yamlStream } from '../support/workspace.js';

/** What is hard to say in TypeScript, or to refer to. */
const STRANGE = yamlStream(
  `kind: Service
metadata: { name: class, annotations: { note: "it's \\\\ \\"so\\" \${here}" } }
spec: { description: "costs \${var.price} or %{ if } '\`" }
`,
  `kind: Team
metadata: { name: class }
spec: { members: [{ user: grace@example.com, role: reviewer }] }
`,
  `kind: Role
metadata: { name: reviewer }
spec: { scope: team, permissions: [spaces:read] }
`,
  `kind: ApiKey
metadata: { name: tenant-key, annotations: { keywright.dev/protect: "true" } }
spec: { environment: development, owner: { tenant: true }, type: publishable, expiresAt: "2099-01-31T12:00:00Z" }
`,
  `kind: ApiKey
metadata: { name: of-ada }
spec: { environment: development, owner: { user: ada@example.com }, rotation: { every: 36h, handover: timed, deadline: 90m }, deliver: [{ file: { path: secrets/ada.json, format: json } }] }
`,
  `kind: ApiKey
metadata: { name: of-reviewers }
spec: { environment: production, owner: { team: class, role: reviewer }, permissions: [spaces:read] }
`,
  // Two spaces whose names, joined with those of their environments, read the same.
  ...[
    ['a', 'b-c'],
    ['a-b', 'c'],
  ].map(
    ([environment, space]) => `kind: Environment
metadata: { name: ${environment} }
---
kind: Space
metadata: { name: ${space} }
spec: { environment: ${environment} }
`,
  ),
);

test('what is exported as an app compiles, is synthesized, and plans empty', async () => {
  const workspace = appWorkspace();
  workspace.write(
    'keywright.yaml',
    projectYaml('{ permissions: { custom: [invoices:read, invoices:write, orders:read, orders:write] } }'),
  );
  workspace.write('specs/all.yaml', yamlStream(platformYaml(), STRANGE));
  expect(await workspace.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(await workspace.run('export --format cdk --out app')).toMatchObject({ code: 0 });
  const main = join(workspace.folder, 'app/main.ts');
  expect(typeErrors(main)).toEqual([]);
  compiled(main);

  const env = { KEYWRIGHT_APP: 'node app/main.mjs' };
  const planned = await workspace.run('plan --detailed-exitcode', { env });
  expect([planned.code, planned.stdout, planned.stderr]).toEqual([
    0,
    expect.stringContaining('no steps now; 67 unchanged'),
    '',
  ]);
  expect(workspace.leaks()).toEqual([]);

  // Nothing of this machine, so that everybody's plans are the same.
  const out = { ...env, CDKTF_OUTDIR: 'cdktf.out' };
  expect(await workspace.run('validate', { env: out })).toMatchObject({ code: 0 });
  expect(workspace.read('cdktf.out/stacks/keywright/cdk.tf.json')).not.toContain(workspace.folder);
  workspace.dispose();
});

test('a part that is exported refers to the rest by name', async () => {
  const workspace = appWorkspace();
  workspace.write(
    'keywright.yaml',
    projectYaml('{ permissions: { custom: [invoices:read, invoices:write, orders:read, orders:write] } }'),
  );
  workspace.write('specs/all.yaml', platformYaml());
  expect(await workspace.run('apply --auto-approve')).toMatchObject({ code: 0 });
  expect(await workspace.run('export ApiKey/billing-dev Guest --format cdk --out main.ts')).toMatchObject({
    code: 0,
  });
  expect(typeErrors(join(workspace.folder, 'main.ts'))).toEqual([]);
  compiled(join(workspace.folder, 'main.ts'));
  const planned = await workspace.run('validate --app', { env: {} });
  expect(planned.code).toBe(64);
  const env = { KEYWRIGHT_APP: 'node main.mjs' };
  const drift = await workspace.run('plan', { env });
  expect(drift.stdout).not.toContain('create');
  expect(drift.stdout).not.toContain('update');
  workspace.dispose();
});

const connectionYaml = (name: string, spec: string): string =>
  `apiVersion: keywright.dev/v1\nkind: Connection\nmetadata: { name: ${name}, labels: { team: platform } }\nspec: ${spec}\n`;

testsWith('openssl', HAS_OPENSSL).test(
  'connections and keys through them, exported as an app, compile, and declare the same again',
  async () => {
    const workspace = appWorkspace();
    const vault = await VaultServer.start();
    vault.mount('secret');
    const cluster = await KubernetesServer.start();
    cluster.namespace('shop');
    try {
      const env = { VAULT_TOKEN: vault.rootToken(), KUBE_TOKEN: cluster.adminToken() };
      const inVault = 'vault: { connection: main, mount: secret, path: shop/app, fields: { api_key: key } }';
      const inCluster =
        'kubernetes: { connection: cluster, namespace: shop, name: app, fields: { API_KEY: key } }';
      const ofCluster = `{ address: "${cluster.url}", token: { env: KUBE_TOKEN }, caFile: ca.pem }`;
      workspace.write('ca.pem', cluster.ca);
      workspace.write('keywright.yaml', projectYaml());
      workspace.write(
        'specs/all.yaml',
        yamlStream(
          serviceYaml('billing'),
          connectionYaml('main', `{ vault: { address: "${vault.address}", token: { env: VAULT_TOKEN } } }`),
          connectionYaml('cluster', `{ kubernetes: ${ofCluster}, requestsPerSecond: 5 }`),
          connectionYaml('unused', '{ github: { token: { env: GITHUB_TOKEN } } }'),
          keyYaml('app', `deliver: [{ ${inVault} }, { ${inCluster} }]`),
        ),
      );
      expect(await workspace.run('apply --auto-approve', { env })).toMatchObject({ code: 0 });

      const expectSame = async (export_: string, file: string, planned: string): Promise<void> => {
        expect(await workspace.run(export_)).toMatchObject({ code: 0 });
        expect(typeErrors(join(workspace.folder, file))).toEqual([]);
        compiled(join(workspace.folder, file));
        const app = { ...env, KEYWRIGHT_APP: `node ${file.replace('.ts', '.mjs')}` };
        const { stdout } = await workspace.run('plan', { env: app });
        expect(stdout).toContain(planned);
        expect(stdout).not.toMatch(/create|update|deliver/);
      };
      await expectSame('export --format cdk --out main.ts', 'main.ts', 'no steps now');
      expect(workspace.read('main.ts')).toContain('Sink.kubernetes(cluster, {');
      await expectSame('export ApiKey/app --format cdk --out part.ts', 'part.ts', '');
      expect(workspace.read('part.ts')).toContain(
        "Connection.fromName(stack, 'live-connection-main', 'main')",
      );
    } finally {
      await vault.close();
      await cluster.stop();
    }
    expect(workspace.leaks()).toEqual([]);
    workspace.dispose();
  },
);

/** examples/kubernetes: its manifests are what Kubernetes takes, and with them in a cluster its documents converge. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { HAS_KUBECTL, Kubectl, kubeconfig } from '../support/kubectl.js';
import { policyOfPage } from '../support/kubernetes-cluster.js';
import { testsWith } from '../support/parts.js';
import { HAS_OPENSSL } from '../support/servers/kubernetes/pki.js';
import { KubernetesServer } from '../support/servers/kubernetes.js';
import { typeErrors } from '../support/typecheck.js';
import { Workspace } from '../support/workspace.js';

const root = join(__dirname, '../..');
const EXAMPLE = join(root, 'examples/kubernetes');
const MANIFESTS = readdirSync(join(EXAMPLE, 'manifests')).sort();

// biome-ignore lint/suspicious/noExplicitAny: any manifest.
type Manifest = any;

const manifestsIn = (text: string): readonly Manifest[] => parseAllDocuments(text).map((one) => one.toJSON());
const all = MANIFESTS.flatMap((file) => manifestsIn(readFileSync(join(EXAMPLE, 'manifests', file), 'utf8')));
const named = (kind: string, name: string): Manifest =>
  all.find((one) => one.kind === kind && one.metadata.name === name);

/** What the types made of the OpenAPI of Kubernetes 1.30 have against manifests: unknown and missing fields, wrong values. */
function typeErrorsOf(manifests: readonly Manifest[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-manifests-'));
  const types = join(root, 'node_modules/kubernetes-types');
  const groups = { v1: 'core/v1', 'apps/v1': 'apps/v1', 'rbac.authorization.k8s.io/v1': 'rbac/v1' };
  const lines = manifests.map((one, nth) => {
    const module = `${types}/${groups[one.apiVersion as keyof typeof groups]}.js`;
    return `export const m${nth}: import(${JSON.stringify(module)}).${one.kind} = ${JSON.stringify(one)};`;
  });
  const file = join(folder, 'manifests.ts');
  writeFileSync(file, lines.join('\n'));
  const found = typeErrors(file);
  rmSync(folder, { recursive: true });
  return found;
}

test('manifests: every field is one of Kubernetes, and a misspelt or wrong one is found', () => {
  expect(all.length).toBeGreaterThan(7);
  expect(typeErrorsOf(all)).toEqual([]);
  const deployment = named('Deployment', 'billing');
  expect(typeErrorsOf([{ ...deployment, spec: { ...deployment.spec, replica: 2 } }])).toEqual([
    expect.stringContaining("does not exist in type 'DeploymentSpec'"),
  ]);
  expect(typeErrorsOf([{ ...deployment, spec: { ...deployment.spec, replicas: 'two' } }])).toHaveLength(1);
});

test('manifests: the rights are those of the page, and the controller and the consumer use what there is', () => {
  expect(all.filter(({ kind }) => /^(ServiceAccount|Role|RoleBinding)$/.test(kind))).toEqual(
    manifestsIn(policyOfPage()),
  );
  const controller = named('Deployment', 'keywright').spec.template.spec;
  expect(named('ServiceAccount', controller.serviceAccountName)).toBeDefined();
  expect(named('PersistentVolumeClaim', controller.volumes[0].persistentVolumeClaim.claimName)).toBeDefined();
  const { secretKeyRef } = named('Deployment', 'billing').spec.template.spec.containers[0].env[0].valueFrom;
  const delivered = readFileSync(join(EXAMPLE, 'specs/shop.yaml'), 'utf8');
  expect(delivered).toContain(
    `namespace: shop, name: ${secretKeyRef.name}, fields: { ${secretKeyRef.key}: key }`,
  );
  for (const { spec, metadata } of all.filter(({ kind }) => kind === 'Deployment'))
    expect(spec.template.metadata.labels).toMatchObject({
      ...spec.selector.matchLabels,
      'app.kubernetes.io/name': metadata.name,
    });
});

testsWith('openssl', HAS_OPENSSL).describe('examples/kubernetes in a cluster', () => {
  let server: KubernetesServer;
  const example = new Workspace();
  beforeAll(async () => {
    server = await KubernetesServer.start();
    cpSync(EXAMPLE, example.folder, { recursive: true });
    example.write('kubeconfig', kubeconfig(server, { token: server.token('keywright', 'keywright') }));
  });
  afterAll(async () => {
    expect(example.leaks()).toEqual([]);
    example.dispose();
    await server.stop();
  });

  testsWith('kubectl', HAS_KUBECTL).test(
    'kubectl: applies the manifests, and again with no change',
    async () => {
      const kubectl = new Kubectl(server, { token: server.adminToken() });
      for (const expected of [/created$/, /unchanged$/])
        for (const file of MANIFESTS) {
          const path = join(EXAMPLE, 'manifests', file);
          const done = await kubectl.run(['apply', '--validate=false', '-f', path]);
          expect([file, done.code, done.stderr]).toEqual([file, 0, '']);
          for (const line of done.stdout.trim().split('\n')) expect(line).toMatch(expected);
        }
      kubectl.dispose();
    },
    120_000,
  );

  test('documents: valid as they stand, applied with the rights of the manifests, and without drift', async () => {
    for (const one of all) server.put(one);
    expect(await example.run('validate')).toMatchObject({ code: 0, stderr: '' });
    const documents = example.read('specs/shop.yaml');
    example.write(
      'specs/shop.yaml',
      documents.replace('inCluster: true', 'kubeconfig: { file: kubeconfig }'),
    );
    expect(await example.run('apply --auto-approve')).toMatchObject({ code: 0 });
    const value = server.value('shop', 'billing', 'API_KEY') ?? '';
    expect(await example.run('verify --stdin', { input: value })).toMatchObject({ code: 0 });
    expect(await example.run('drift')).toMatchObject({ code: 0 });
  }, 60_000);
});

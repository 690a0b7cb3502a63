/** The server that the sink is tested against, spoken to by kubectl: a client that nobody here wrote. */

import { type As, HAS_KUBECTL, Kubectl } from '../../support/kubectl.js';
import { testsWith } from '../../support/parts.js';
import { HAS_OPENSSL } from '../../support/servers/kubernetes/pki.js';
import { KubernetesServer } from '../../support/servers/kubernetes.js';

const { describe } = testsWith('kubectl', HAS_KUBECTL && HAS_OPENSSL);

describe('kubectl and the test server', () => {
  let server: KubernetesServer;
  const opened: Kubectl[] = [];
  const as = (who: As): Kubectl => {
    const kubectl = new Kubectl(server, who);
    opened.push(kubectl);
    return kubectl;
  };
  const admin = (): Kubectl => as({ token: server.adminToken() });

  beforeEach(async () => {
    server = await KubernetesServer.start();
    server.namespace('shop');
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) one.dispose();
    await server.stop();
  });

  it('secrets: created, read, patched and deleted', async () => {
    const kubectl = admin();
    expect(await kubectl.do('create secret generic billing --from-literal=API_KEY=one')).toMatchObject({
      code: 0,
      stdout: 'secret/billing created\n',
    });
    expect(server.value('shop', 'billing', 'API_KEY')).toBe('one');
    const again = await kubectl.do('create secret generic billing --from-literal=API_KEY=two');
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('secrets "billing" already exists'),
    });
    const read = await kubectl.do('get secret billing -o jsonpath={.data.API_KEY}');
    expect(Buffer.from(read.stdout, 'base64').toString()).toBe('one');
    const patch = JSON.stringify({ stringData: { OTHER: 'x' } });
    expect(await kubectl.run(['patch', 'secret', 'billing', '--type=merge', '-p', patch])).toMatchObject({
      code: 0,
    });
    expect(server.value('shop', 'billing', 'OTHER')).toBe('x');
    expect(await kubectl.do('delete secret billing --timeout=20s')).toMatchObject({ code: 0, stderr: '' });
    expect(await kubectl.do('get secret billing')).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): secrets "billing" not found\n',
    });
  });

  it('resource versions: a stale write is a conflict, and a patch that changes nothing moves nothing', async () => {
    const kubectl = admin();
    await kubectl.do('create secret generic billing --from-literal=API_KEY=one');
    const version = (): string | undefined =>
      server.find('Secret', 'shop', 'billing')?.metadata.resourceVersion;
    const first = version();
    const patch = (one: object) =>
      kubectl.run(['patch', 'secret', 'billing', '--type=merge', '-p', JSON.stringify(one)]);
    expect(await patch({ data: { API_KEY: 'b25l' } })).toMatchObject({ code: 0 });
    expect(version()).toBe(first);
    expect(await patch({ metadata: { resourceVersion: first }, data: { API_KEY: 'dHdv' } })).toMatchObject({
      code: 0,
    });
    const stale = await patch({ metadata: { resourceVersion: first }, data: { API_KEY: 'b2xk' } });
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining('the object has been modified') });
    expect(server.value('shop', 'billing', 'API_KEY')).toBe('two');
  });

  it('apply by the server: takes ownership, refuses what another manager owns, and makes an absent object in spite of a resource version', async () => {
    const kubectl = admin();
    const manifest = (value: string, metadata = {}): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'billing', ...metadata },
        data: { API_KEY: value },
      });
    const apply = (text: string, ...more: string[]) =>
      kubectl.run(['apply', '--server-side', '--validate=false', '-f', '-', ...more], text);
    expect(await apply(manifest('b25l', { resourceVersion: '7' }))).toMatchObject({ code: 0 });
    expect(server.value('shop', 'billing', 'API_KEY')).toBe('one');
    const other = await apply(manifest('dHdv'), '--field-manager=other');
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('conflict with "kubectl"') });
    expect(await apply(manifest('dHdv'), '--field-manager=other', '--force-conflicts')).toMatchObject({
      code: 0,
    });
    expect(server.value('shop', 'billing', 'API_KEY')).toBe('two');
  });

  it('apply by the server: with a uid nothing is made, whoever asks', async () => {
    server.putAll(ROLE);
    const manifest = JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name: 'billing', uid: '00000000-0000-4000-8000-000000000000' },
      data: { API_KEY: 'b25l' },
    });
    const args = ['apply', '--server-side', '--validate=false', '-f', '-'];
    for (const token of [server.adminToken(), server.token('keywright', 'keywright')])
      expect(await as({ token }).run(args, manifest)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          'uid mismatch: the provided object specified uid 00000000-0000-4000-8000-000000000000, and no existing object was found',
        ),
      });
    expect(server.find('Secret', 'shop', 'billing')).toBeUndefined();
  });

  it('what is refused: a value that cannot be decoded, with all other values quoted', async () => {
    server.put({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'open', namespace: 'shop' } },
      data: { OTHER: 'c2VjcmV0' },
    });
    const done = await admin().run(['patch', 'secret', 'open', '--type=merge', '-p', '{"data":{"A":"*"}}']);
    expect(done.stderr).toContain('is invalid: patch: Invalid value');
    expect(done.stderr).toContain('c2VjcmV0');
  });

  it('what is refused: another namespace, keys that are too long or a folder, too long annotations', async () => {
    const kubectl = admin();
    server.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'open', namespace: 'shop' } });
    const patch = async (one: object): Promise<string> =>
      (await kubectl.run(['patch', 'secret', 'open', '--type=merge', '-p', JSON.stringify(one)])).stderr;
    expect(await patch({ metadata: { namespace: 'default' } })).toContain(
      'the namespace of the object (default) does not match the namespace on the request (shop)',
    );
    expect(await patch({ data: { ['k'.repeat(254)]: 'b25l' } })).toContain(
      'must be no more than 253 characters',
    );
    expect(await patch({ data: { '..': 'b25l' } })).toContain("must not be '..'");
    const metadata = { name: 'open', annotations: { a: 'x'.repeat(1 << 18) } };
    const replace = ['replace', '--validate=false', '-f', '-'];
    expect(
      (await kubectl.run(replace, JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata }))).stderr,
    ).toContain('metadata.annotations: Too long: must have at most 262144 bytes');
    expect(server.find('Secret', 'shop', 'open')?.metadata.annotations).toBeUndefined();
  });

  it('rights: a subresource is refused in the name of its resource', async () => {
    const robot = as({ token: server.token('keywright', 'keywright') });
    const scale = '/apis/apps/v1/namespaces/shop/deployments/billing/scale';
    expect((await robot.run(['get', '--raw', scale])).stderr).toContain(
      'deployments.apps "billing" is forbidden: User "system:serviceaccount:keywright:keywright" cannot get resource "deployments/scale" in API group "apps" in the namespace "shop"',
    );
  });

  it('what is refused: an immutable secret, an invalid key, too many bytes, a namespace that does not exist', async () => {
    const kubectl = admin();
    server.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'fixed', namespace: 'shop' },
      immutable: true,
      data: { A: 'b25l' },
    });
    const patch = (name: string, one: object) =>
      kubectl.run(['patch', 'secret', name, '--type=merge', '-p', JSON.stringify(one)]);
    expect((await patch('fixed', { data: { A: 'dHdv' } })).stderr).toContain(
      'field is immutable when `immutable` is set',
    );
    server.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'open', namespace: 'shop' } });
    expect((await patch('open', { data: { 'a b': 'dHdv' } })).stderr).toContain(
      'a valid config key must consist of',
    );
    const large = Buffer.alloc((1 << 20) + 1, 'x').toString('base64');
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'large' }, data: { A: large } };
    const created = await kubectl.run(['create', '--validate=false', '-f', '-'], JSON.stringify(secret));
    expect(created.stderr).toContain('Too long: must have at most 1048576 bytes');
    expect((await kubectl.do('create secret generic x -n nowhere --from-literal=A=b')).stderr).toContain(
      'namespaces "nowhere" not found',
    );
  });

  it('rights: a role, a token that nobody knows, and a client certificate', async () => {
    server.putAll(ROLE);
    server.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'billing', namespace: 'shop' },
      data: { A: 'b25l' },
    });
    const robot = as({ token: server.token('keywright', 'keywright') });
    expect(await robot.do('get secret billing -o jsonpath={.data.A}')).toMatchObject({
      code: 0,
      stdout: 'b25l',
    });
    expect((await robot.do('get secret other')).stderr).toBe(
      'Error from server (Forbidden): secrets "other" is forbidden: User "system:serviceaccount:keywright:keywright" cannot get resource "secrets" in API group "" in the namespace "shop"\n',
    );
    expect((await robot.do('delete secret billing')).stderr).toContain('cannot delete resource "secrets"');
    expect((await as({ token: 'made-up' }).do('get secret billing')).code).toBe(1);
    const person = as({ certificate: server.certificate('ada', ['platform']) });
    expect((await person.do('get secret billing')).stderr).toContain('User "ada" cannot get');
    const root = as({ certificate: server.certificate('root', ['system:masters']) });
    expect(await root.do('get secret billing')).toMatchObject({ code: 0 });
  });

  it('rollouts: restarted, and waited for until every replica is available', async () => {
    const kubectl = admin();
    server.put(DEPLOYMENT);
    const done = {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
      readyReplicas: 2,
    };
    server.reach('shop', 'billing', done);
    expect((await kubectl.do('rollout status deployment/billing --timeout=20s')).stdout).toContain(
      'successfully rolled out',
    );
    expect(await kubectl.do('rollout restart deployment/billing')).toMatchObject({ code: 0 });
    const restarted = server.find('Deployment', 'shop', 'billing');
    expect(restarted?.metadata.generation).toBe(2);
    expect(restarted?.['spec'].template.metadata.annotations['kubectl.kubernetes.io/restartedAt']).toMatch(
      /^20/,
    );
    const waiting = kubectl.do('rollout status deployment/billing --timeout=20s');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    server.reach('shop', 'billing', { ...done, observedGeneration: 2 });
    expect((await waiting).stdout).toContain('successfully rolled out');
  });
});

const ROLE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: keywright, namespace: shop }
rules:
  - { apiGroups: [""], resources: [secrets], resourceNames: [billing], verbs: [get, patch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: keywright, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: keywright }
subjects: [{ kind: ServiceAccount, name: keywright, namespace: keywright }]
`;

const DEPLOYMENT = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'billing', namespace: 'shop' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'billing' } },
    template: {
      metadata: { labels: { app: 'billing' } },
      spec: { containers: [{ name: 'billing', image: 'registry.example.com/billing:1' }] },
    },
  },
};

/** Restarts a Deployment and reads how far it has come, as kubectl would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRefresher, type Refresher } from '../../../src/sinks/kubernetes/refresh.js';
import { rolloutOf } from '../../../src/sinks/kubernetes/rollout.js';
import { HAS_KUBECTL, Kubectl } from '../../support/kubectl.js';
import { type Cluster, call, startCluster } from '../../support/kubernetes-cluster.js';
import { testsWith } from '../../support/parts.js';
import { HAS_OPENSSL } from '../../support/servers/kubernetes/pki.js';

const AT = Date.parse('2026-03-01T12:00:00.500Z');
const STAMP = '2026-03-01T12:00:00Z';
const ANNOTATION = 'kubectl.kubernetes.io/restartedAt';

const DEPLOYMENT = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'billing', namespace: 'shop' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'billing' } },
    template: {
      metadata: { labels: { app: 'billing' }, annotations: { note: 'stays' } },
      spec: { containers: [{ name: 'billing', image: 'registry.example.com/billing:1' }] },
    },
  },
};

const DONE = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const GIVEN_UP = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };

describe('rollout', () => {
  const at = (status: object, spec: object = {}, generation = 1) =>
    rolloutOf({ metadata: { generation }, spec: { replicas: 2, ...spec }, status });

  it.each([
    ['healthy', 'every replica is new and available', at(DONE)],
    ['healthy', 'none are wanted and none are there', at({ observedGeneration: 1 }, { replicas: 0 })],
    [
      'healthy',
      'one is wanted where the number is not said',
      at({ ...DONE, replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, { replicas: undefined }),
    ],
    ['progressing', 'the controller has not seen it', at(DONE, {}, 2)],
    [
      'progressing',
      'the controller gave up on the one before',
      at({ ...DONE, conditions: [GIVEN_UP] }, {}, 2),
    ],
    ['progressing', 'not all are new', at({ ...DONE, updatedReplicas: 1 })],
    ['progressing', 'old ones are still there', at({ ...DONE, replicas: 3 })],
    ['progressing', 'not all are available', at({ ...DONE, availableReplicas: 1 })],
    ['progressing', 'nothing is known', at({})],
    [
      'failed',
      'the controller gave up',
      at({ ...DONE, availableReplicas: 1, conditions: [{ type: 'Available', status: 'True' }, GIVEN_UP] }),
    ],
  ])('%s: %s', (expected, _, seen) => {
    expect(seen).toBe(expected);
  });
});

testsWith('openssl', HAS_OPENSSL).describe('refresh of a Deployment', () => {
  let cluster: Cluster;
  let refresher: Refresher;
  beforeEach(async () => {
    cluster = await startCluster(mkdtempSync(join(tmpdir(), 'keywright-')));
    refresher = openRefresher(cluster.connection, cluster.world);
    cluster.server.put(DEPLOYMENT);
    cluster.server.reach('shop', 'billing', DONE);
  });
  afterEach(async () => {
    await cluster.server.stop();
    rmSync(cluster.folder, { recursive: true });
  });

  const deployment = () => cluster.server.find('Deployment', 'shop', 'billing');
  const annotations = () => deployment()?.['spec'].template.metadata.annotations;
  const restart = (at = AT, name = 'shop/billing') => refresher.restart(name, at, call());

  it('restart: sets the annotation and nothing else, and is followed until it is healthy', async () => {
    const before = deployment()?.['spec'];
    expect(await refresher.status('shop/billing', call())).toEqual({ ok: true, value: 'healthy' });
    expect(await restart()).toEqual({ ok: true });
    expect(annotations()).toEqual({ note: 'stays', [ANNOTATION]: STAMP });
    expect(deployment()?.['spec'].template.spec).toEqual(before.template.spec);
    expect(deployment()?.['spec'].replicas).toBe(2);
    expect(await refresher.status('shop/billing', call())).toEqual({ ok: true, value: 'progressing' });
    cluster.server.reach('shop', 'billing', { ...DONE, observedGeneration: 2, updatedReplicas: 1 });
    expect(await refresher.status('shop/billing', call())).toEqual({ ok: true, value: 'progressing' });
    cluster.server.reach('shop', 'billing', { ...DONE, observedGeneration: 2 });
    expect(await refresher.status('shop/billing', call())).toEqual({ ok: true, value: 'healthy' });
  });

  it('restart: asked for twice it rolls once, after a lost answer too, and for another instant again', async () => {
    cluster.server.failing = ({ method }) => (method === 'PATCH' ? { kind: 'cut-after' } : undefined);
    expect(await restart()).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
    cluster.server.failing = () => undefined;
    expect(await restart()).toEqual({ ok: true });
    expect(deployment()?.metadata.generation).toBe(2);
    expect(await restart(AT + 60_000)).toEqual({ ok: true });
    expect(deployment()?.metadata.generation).toBe(3);
  });

  it('restart: the annotation is ours alone, also where another had set it, and the manifest does not take it out', async () => {
    cluster.server.put({
      ...DEPLOYMENT,
      spec: {
        ...DEPLOYMENT.spec,
        template: {
          ...DEPLOYMENT.spec.template,
          metadata: { labels: { app: 'billing' }, annotations: { [ANNOTATION]: 'before' } },
        },
      },
    });
    expect(await restart()).toEqual({ ok: true });
    const owners = deployment()?.metadata.managedFields?.filter(({ fieldsV1 }) =>
      JSON.stringify(fieldsV1).includes(ANNOTATION),
    );
    expect(owners).toMatchObject([{ manager: 'keywright', operation: 'Apply' }]);
  });

  it('restart: one that does not exist or is paused is refused, and none is created', async () => {
    cluster.server.put({ ...DEPLOYMENT, spec: { ...DEPLOYMENT.spec, paused: true } });
    expect(await restart()).toMatchObject({
      ok: false,
      error: { code: 'sink_refused', message: expect.stringContaining('is paused') },
    });
    cluster.server.remove('Deployment', 'shop', 'billing');
    const missing = {
      ok: false,
      error: { code: 'sink_refused', message: expect.stringContaining('does not exist') },
    };
    expect(await restart()).toMatchObject(missing);
    expect(await refresher.status('shop/billing', call())).toMatchObject(missing);
    expect(deployment()).toBeUndefined();
  });

  it.each([
    ['may not create Deployments', () => undefined],
    ['may', () => mayCreate(cluster)],
  ])('restart: one that is deleted between is not created anew where the account %s', async (_, allow) => {
    allow();
    cluster.server.before = ({ method }) => {
      if (method === 'PATCH') cluster.server.remove('Deployment', 'shop', 'billing');
    };
    expect(await restart()).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
    expect(deployment()).toBeUndefined();
  });

  it('restart: one that is replaced between is left alone', async () => {
    cluster.server.before = ({ method }) => {
      if (method !== 'PATCH') return;
      cluster.server.remove('Deployment', 'shop', 'billing');
      cluster.server.put(DEPLOYMENT);
    };
    expect(await restart()).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
    expect(annotations()).toEqual({ note: 'stays' });
  });

  it('rights: of another Deployment is forbidden, with the verb and the resource', async () => {
    expect(await restart(AT, 'shop/other')).toMatchObject({
      ok: false,
      error: {
        code: 'sink_forbidden',
        message: expect.stringContaining('get deployments.apps/other in namespace shop (403)'),
      },
    });
  });

  testsWith('kubectl', HAS_KUBECTL).test(
    'kubectl waits for the rollout that was started here',
    async () => {
      const kubectl = new Kubectl(cluster.server, { token: cluster.server.adminToken() });
      expect(await restart()).toEqual({ ok: true });
      const waiting = kubectl.do('rollout status deployment/billing --timeout=30s');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      cluster.server.reach('shop', 'billing', { ...DONE, observedGeneration: 2 });
      expect((await waiting).stdout).toContain('successfully rolled out');
      kubectl.dispose();
    },
    60_000,
  );
});

function mayCreate({ server }: Cluster): void {
  const role = server.find('Role', 'shop', 'keywright');
  const rule = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] };
  server.put({ ...role, rules: [...(role?.['rules'] ?? []), rule] });
}

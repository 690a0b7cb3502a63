/** What the driver of Kubernetes writes, in the eyes of the API server; and what it makes of refusals. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver, Held } from '../../../src/sinks/driver.js';
import { openKubernetes } from '../../../src/sinks/kubernetes/driver.js';
import {
  type Cluster,
  call,
  connectionBy,
  OBJECT,
  startCluster,
  writing,
} from '../../support/kubernetes-cluster.js';
import { testsWith } from '../../support/parts.js';
import { HAS_OPENSSL } from '../../support/servers/kubernetes/pki.js';

const { describe } = testsWith('openssl', HAS_OPENSSL);

describe('kubernetes driver', () => {
  let cluster: Cluster;
  let driver: Driver;
  beforeEach(async () => {
    cluster = await startCluster(mkdtempSync(join(tmpdir(), 'keywright-')));
    driver = openKubernetes(cluster.connection, cluster.world);
  });
  afterEach(async () => {
    await cluster.server.stop();
    rmSync(cluster.folder, { recursive: true });
  });

  const secret = () => cluster.server.find('Secret', 'shop', 'billing');
  const put = (more: object): void =>
    void cluster.server.put({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'billing', namespace: 'shop' } },
      ...more,
    });
  const held = async (): Promise<Held | undefined> => {
    const read = await driver.read(OBJECT, call());
    if (!read.ok) throw new Error(read.error.message);
    return read.value;
  };

  it('create: a Secret of its own has our label, who wrote each key, and no more', async () => {
    expect(await held()).toBeUndefined();
    expect(await driver.write(OBJECT, writing({ API_KEY: 'one é\n"two"' }), call())).toEqual({ ok: true });
    expect(secret()).toMatchObject({
      type: 'Opaque',
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'keywright' },
        annotations: { 'keywright.dev/written-by': '{"API_KEY":"ApiKey/billing-prod version 1"}' },
      },
    });
    expect((await held())?.values).toEqual(new Map([['API_KEY', 'one é\n"two"']]));
  });

  it('update: what others keep in the Secret stays, and it does not become ours', async () => {
    const metadata = {
      name: 'billing',
      namespace: 'shop',
      labels: { team: 'shop' },
      annotations: { note: 'n' },
    };
    put({ metadata, type: 'example.com/own', data: { OTHER: 'b25l' } });
    const write = writing({ API_KEY: 'new' }, { over: await held() });
    expect(await driver.write(OBJECT, write, call())).toEqual({ ok: true });
    expect(secret()).toMatchObject({
      type: 'example.com/own',
      metadata: {
        labels: { team: 'shop' },
        annotations: { note: 'n', 'keywright.dev/written-by': expect.anything() },
      },
      data: { OTHER: 'b25l', API_KEY: 'bmV3' },
    });
    expect(secret()?.metadata.labels).toEqual({ team: 'shop' });
  });

  it('update: what is said of the other keys stays beside what is said of the new one', async () => {
    await driver.write(OBJECT, writing({ A: '1', B: '2' }), call());
    const of = [{ object: 'ApiKey/other', generation: 4, fields: ['B'] }];
    await driver.write(OBJECT, writing({ B: '3' }, { over: await held(), of }), call());
    expect(JSON.parse(secret()?.metadata.annotations?.['keywright.dev/written-by'] ?? '')).toEqual({
      A: 'ApiKey/billing-prod version 1',
      B: 'ApiKey/other version 4',
    });
  });

  it('managers: who else changed a value last is told of that value, and no longer once it is delivered again', async () => {
    await driver.write(OBJECT, writing({ API_KEY: 'one', OTHER: 'one' }), call());
    expect((await held())?.managers).toEqual(new Map());
    put({ data: { ...secret()?.['data'], API_KEY: Buffer.from('two').toString('base64') } });
    const changed = await held();
    expect(changed?.managers).toEqual(new Map([['API_KEY', 'admin']]));
    await driver.write(OBJECT, writing({ API_KEY: 'three' }, { over: changed }), call());
    expect((await held())?.managers).toEqual(new Map());
  });

  it('conditions: stale, deleted and made anew are all moved, and nothing is written', async () => {
    await driver.write(OBJECT, writing({ API_KEY: 'one' }), call());
    const before = await held();
    expect(await driver.write(OBJECT, writing({ API_KEY: 'two' }, { over: before }), call())).toEqual({
      ok: true,
    });
    const moved = { ok: false, error: { code: 'sink_moved' } };
    expect(await driver.write(OBJECT, writing({ API_KEY: 'old' }, { over: before }), call())).toMatchObject(
      moved,
    );
    expect(await driver.write(OBJECT, writing({ API_KEY: 'old' }), call())).toMatchObject(moved);
    expect(await driver.touch?.(OBJECT, before as Held, call())).toMatchObject(moved);
    const last = await held();
    cluster.server.remove('Secret', 'shop', 'billing');
    expect(await driver.write(OBJECT, writing({ API_KEY: 'old' }, { over: last }), call())).toMatchObject(
      moved,
    );
    expect(secret()).toBeUndefined();
    put({ data: { API_KEY: 'bmV3' } });
    expect(await driver.write(OBJECT, writing({ API_KEY: 'old' }, { over: last }), call())).toMatchObject(
      moved,
    );
    expect(cluster.server.history('shop', 'billing', 'API_KEY')).toEqual(['one', 'two', undefined, 'new']);
  });

  it('touch: moves the version each time and no value', async () => {
    await driver.write(OBJECT, writing({ API_KEY: 'one' }), call());
    const seen = new Set<string | undefined>();
    for (let turn = 0; turn < 3; turn++) {
      const now = await held();
      seen.add(now?.revision);
      expect(await driver.touch?.(OBJECT, now as Held, call())).toEqual({ ok: true });
    }
    seen.add((await held())?.revision);
    expect(seen.size).toBe(4);
    expect(cluster.server.history('shop', 'billing', 'API_KEY')).toEqual(['one']);
  });

  it('touch: is refused where the annotation does not stay', async () => {
    await driver.write(OBJECT, writing({ API_KEY: 'one' }), call());
    const now = (await held()) as Held;
    const [, version] = (now.revision ?? '').split(':');
    // As a webhook that takes annotations out of every request would.
    put({
      metadata: {
        ...secret()?.metadata,
        annotations: { 'keywright.dev/confirmed': `resourceVersion ${version}` },
      },
      data: secret()?.['data'],
    });
    const again = (await held()) as Held;
    cluster.server.mutate = (object) => {
      delete object.metadata.annotations['keywright.dev/confirmed'];
      object.metadata.annotations['keywright.dev/confirmed'] = `resourceVersion ${version}`;
    };
    expect(await driver.touch?.(OBJECT, again, call())).toMatchObject({
      ok: false,
      error: { code: 'sink_refused', message: expect.stringContaining('keywright.dev/confirmed') },
    });
  });

  it('remove: the last key of a Secret of ours takes the Secret with it, of any other Secret only the key', async () => {
    await driver.write(OBJECT, writing({ A: '1', B: '2' }), call());
    const none = { set: new Map(), of: [] };
    expect(
      await driver.write(OBJECT, writing({}, { ...none, remove: ['A'], over: await held() }), call()),
    ).toEqual({ ok: true });
    expect(secret()?.metadata.annotations?.['keywright.dev/written-by']).toBe(
      '{"B":"ApiKey/billing-prod version 1"}',
    );
    const before = await held();
    expect(await driver.touch?.(OBJECT, before as Held, call())).toEqual({ ok: true });
    expect(
      await driver.write(OBJECT, writing({}, { ...none, remove: ['B'], over: before }), call()),
    ).toMatchObject({
      ok: false,
      error: { code: 'sink_moved' },
    });
    expect(
      await driver.write(OBJECT, writing({}, { ...none, remove: ['B'], over: await held() }), call()),
    ).toEqual({ ok: true });
    expect(secret()).toBeUndefined();

    put({ data: { C: 'b25l' } });
    expect(
      await driver.write(OBJECT, writing({}, { ...none, remove: ['C'], over: await held() }), call()),
    ).toEqual({ ok: true });
    expect(secret()).toMatchObject({ metadata: { name: 'billing' } });
    expect((await held())?.values).toEqual(new Map());
  });

  it.each([
    ['immutable', { immutable: true, data: { API_KEY: 'b25l' } }, 'new', 'is immutable'],
    ['full', { data: { OTHER: Buffer.alloc(1 << 20, 'x').toString('base64') } }, 'new', 'would exceed 1 MiB'],
  ])('refusals: a Secret that is %s is left alone, with what to do', async (_, more, value, message) => {
    put(more);
    const done = await driver.write(OBJECT, writing({ API_KEY: value }, { over: await held() }), call());
    expect(done).toMatchObject({
      ok: false,
      error: { code: 'sink_refused', message: expect.stringContaining(message) },
    });
    expect(cluster.server.history('shop', 'billing', 'API_KEY')).not.toContain('new');
  });

  it('refusals: a namespace that does not exist, one that is being deleted, and one without rights', async () => {
    cluster.server.remove('Namespace', '', 'shop');
    expect(await driver.write(OBJECT, writing({ API_KEY: 'one' }), call())).toMatchObject({
      ok: false,
      error: {
        code: 'sink_refused',
        message: "the namespace shop does not exist. Create it, or correct the sink's namespace.",
      },
    });
    cluster.server.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
      status: { phase: 'Terminating' },
    });
    expect(await driver.write(OBJECT, writing({ API_KEY: 'one' }), call())).toMatchObject({
      ok: false,
      error: { code: 'sink_refused', message: expect.stringContaining('is being deleted') },
    });
    const elsewhere = 'cluster/keywright/billing';
    expect(await driver.write(elsewhere, writing({ API_KEY: 'one' }), call())).toMatchObject({
      ok: false,
      error: {
        code: 'sink_forbidden',
        message: expect.stringContaining(
          'does not allow create secrets/billing in namespace keywright (403)',
        ),
      },
    });
  });

  it('what is no API server: a 404 of a proxy is not a missing Secret', async () => {
    await driver.write(OBJECT, writing({ API_KEY: 'one' }), call());
    cluster.server.failing = () => ({ kind: 'status', code: 404, body: '<html>not here</html>' });
    expect(await driver.read(OBJECT, call())).toMatchObject({
      ok: false,
      error: { code: 'sink_unavailable' },
    });
    cluster.server.failing = () => ({ kind: 'garbled' });
    expect(await driver.read(OBJECT, call())).toMatchObject({
      ok: false,
      error: { code: 'sink_unavailable' },
    });
  });

  it('credentials: one that is no longer accepted is read again for the next request', async () => {
    await driver.write(OBJECT, writing({ API_KEY: 'one' }), call());
    cluster.server.expire(cluster.token);
    const refused = await driver.read(OBJECT, call());
    expect(refused).toMatchObject({ ok: false, error: { code: 'sink_forbidden' } });
    expect(JSON.stringify(refused)).not.toContain(cluster.token);
    connectionBy(cluster.server, cluster.folder, cluster.server.token('keywright', 'keywright'));
    expect(await driver.read(OBJECT, call())).toMatchObject({ ok: true });
  });
});

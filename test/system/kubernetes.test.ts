/**
 * Delivery to Kubernetes by the real command: killed at every request, it converges, and no older secret ever replaces a
 * newer one. What the server recorded is the witness.
 */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { effort } from '../support/effort.js';
import { HAS_KUBECTL, Kubectl, kubeconfig } from '../support/kubectl.js';
import { policyOfPage } from '../support/kubernetes-cluster.js';
import { letLeaseRunOut } from '../support/live-store-of.js';
import { testsWith } from '../support/parts.js';
import { HAS_OPENSSL } from '../support/servers/kubernetes/pki.js';
import { KubernetesServer } from '../support/servers/kubernetes.js';
import { keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

/** Every so many requests one is killed at. */
const STRIDE = effort({ complete: 1, otherwise: 3, variable: 'KEYWRIGHT_STRIDE' });
const REQUESTS_MAX = 40;

interface Killing {
  /** The process dies when the request arrives, before or after it is carried out. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

class Shop {
  readonly work = new Workspace();
  readonly server: KubernetesServer;
  readonly commandLines: string[] = [];
  /** The requests of the run that is watched. */
  count = 0;

  private constructor(server: KubernetesServer) {
    this.server = server;
  }

  static async open(): Promise<Shop> {
    const server = await KubernetesServer.start();
    for (const name of ['shop', 'keywright']) server.namespace(name);
    server.putAll(policyOfPage());
    const shop = new Shop(server);
    shop.work.write('kubeconfig', kubeconfig(server, { token: server.token('keywright', 'keywright') }));
    shop.work.write('keywright.yaml', projectYaml());
    shop.work.write(
      'specs/shop.yaml',
      yamlStream(serviceYaml('billing'), CONNECTION, keyYaml('billing', DELIVER)),
    );
    return shop;
  }

  get value(): string {
    return this.server.value('shop', 'billing', 'API_KEY') ?? '';
  }

  get history(): readonly string[] {
    return this.server.history('shop', 'billing', 'API_KEY').filter((value) => value !== undefined);
  }

  /** Runs a command and kills it at a request; undefined when it ended before. */
  async killed(command: string, { at, when }: Killing): Promise<'GET' | 'write' | undefined> {
    const child = this.work.start(command);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    let killedAt: 'GET' | 'write' | undefined;
    this.count = 0;
    this.server.failing = ({ method }) => {
      if (killedAt !== undefined) return { kind: 'cut' };
      this.#look();
      if (++this.count !== at) return undefined;
      killedAt = method === 'GET' ? 'GET' : 'write';
      kill(child);
      return { kind: when === 'before' ? 'cut' : 'cut-after' };
    };
    await ended;
    this.server.failing = () => undefined;
    letLeaseRunOut(this.work);
    return killedAt;
  }

  async converge(): Promise<void> {
    const applied = await this.work.run('apply --auto-approve');
    expect([applied.code, applied.stderr]).toEqual([0, expect.anything()]);
    const { steps } = await this.work.json<{ steps: readonly unknown[] }>('plan');
    expect(steps).toEqual([]);
    expect(await this.work.run('verify --stdin', { input: this.value })).toMatchObject({ code: 0 });
  }

  /** The versions of the key by the public id of each. */
  async generations(): Promise<ReadonlyMap<string, number>> {
    const { items } = await this.work.json<Listed>('get ApiKey');
    const versions = items.flatMap(({ metadata, status }) =>
      metadata.name === 'billing' ? status.versions : [],
    );
    return new Map(versions.map(({ prefix, generation }) => [prefix, generation]));
  }

  async expectForwardOnly(): Promise<void> {
    const known = await this.generations();
    const seen = this.history.map((token) => known.get(token.slice(0, 20)));
    expect(seen).not.toContain(undefined);
    expect(seen).toEqual([...seen].sort((a, b) => Number(a) - Number(b)));
  }

  expectNoLeak(): void {
    const secrets = this.history.map((token) => token.slice(21, 64));
    const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64').slice(0, 40)]);
    const outside = this.server.requests.map(
      ({ method, url, headers, body }) => `${url} ${JSON.stringify(headers)} ${method === 'GET' ? body : ''}`,
    );
    const leaked = [...outside, ...this.commandLines].filter((text) =>
      forms.some((form) => text.includes(form)),
    );
    expect(leaked).toEqual([]);
    expect(secrets.length).toBeGreaterThan(0);
    expect(this.work.leaks()).toEqual([]);
  }

  async close(): Promise<void> {
    await this.server.stop();
    this.work.dispose();
  }

  /** The command line of every process at this moment. */
  #look(): void {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        this.commandLines.push(readFileSync(`/proc/${id}/cmdline`, 'utf8'));
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

interface Listed {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly versions: readonly { readonly prefix: string; readonly generation: number }[];
    };
  }[];
}

const CONNECTION = `apiVersion: keywright.dev/v1
kind: Connection
metadata: { name: cluster }
spec: { kubernetes: { kubeconfig: { file: kubeconfig } } }
`;
const DELIVER =
  'rotation: { every: 90d, overlap: 24h, handover: timed }, deliver: [{ kubernetes: { connection: cluster, namespace: shop, name: billing, fields: { API_KEY: key } } }]';

const kill = (child: ChildProcess): void => void process.kill(child.pid ?? 0, 'SIGKILL');

testsWith('openssl', HAS_OPENSSL).describe('keywright and Kubernetes', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open();
  });
  afterEach(async () => {
    shop.expectNoLeak();
    await shop.close();
  });

  test('apply: delivers, finds no drift, notices a change in the cluster, and removes what it made', async () => {
    await shop.converge();
    expect(await shop.work.run('drift')).toMatchObject({ code: 0 });
    expect(shop.server.find('Secret', 'shop', 'billing')?.metadata.annotations).toMatchObject({
      'keywright.dev/written-by': '{"API_KEY":"ApiKey/billing version 1"}',
    });
    shop.server.put({
      ...shop.server.find('Secret', 'shop', 'billing'),
      data: { API_KEY: Buffer.from('changed by another program').toString('base64') },
    });
    expect(await shop.work.run('drift')).toMatchObject({ code: 2 });
    shop.server.remove('Secret', 'shop', 'billing');
    expect(await shop.work.run('drift')).toMatchObject({ code: 2 });
    await shop.converge();
    expect(await shop.work.run('revoke billing --now --auto-approve')).toMatchObject({ code: 0 });
    shop.work.write('specs/shop.yaml', yamlStream(serviceYaml('billing'), CONNECTION));
    for (let applies = 0; applies < 2; applies++)
      expect(await shop.work.run('apply --auto-approve --allow-removals 9')).toMatchObject({ code: 0 });
    expect(shop.server.find('Secret', 'shop', 'billing')).toBeUndefined();
  });

  testsWith('kubectl', HAS_KUBECTL).test(
    'drift: tells who took a field over, and other fields of the Secret are no drift',
    async () => {
      await shop.converge();
      const kubectl = new Kubectl(shop.server, { token: shop.server.adminToken() });
      const patched = (data: object) =>
        kubectl.run([
          'patch',
          'secret',
          'billing',
          '--type=merge',
          '-p',
          JSON.stringify({ stringData: data }),
        ]);
      expect(await patched({ OTHER: 'of another program' })).toMatchObject({ code: 0 });
      expect(await shop.work.run('drift')).toMatchObject({ code: 0 });
      expect(await patched({ API_KEY: 'changed by another program' })).toMatchObject({ code: 0 });
      const drift = await shop.work.run('drift');
      expect([drift.code, drift.stdout]).toEqual([2, expect.stringMatching(/: taken over by kubectl/)]);
      expect((await shop.work.run('get sinks')).stdout).toMatch(/taken over by kubectl/);
      await shop.converge();
      expect(await shop.work.run('drift')).toMatchObject({ code: 0 });
      kubectl.dispose();
    },
  );

  test.each<Killing['when']>(['before', 'after'])(
    'SIGKILL: an apply that is killed %s any of its requests is completed by the next one',
    async (when) => {
      await killAtEach(when, async (at) => shop.killed('apply --auto-approve', { at, when }));
    },
    900_000,
  );

  test.each<Killing['when']>(['before', 'after'])(
    'SIGKILL: a rotation that is killed %s any of its requests is completed, and the newest version stays',
    async (when) => {
      await killAtEach(when, async (at) => {
        await shop.converge();
        return shop.killed('rotate billing --auto-approve', { at, when });
      });
    },
    900_000,
  );

  /** A shop of its own for each kill; ends with the first run that was over before. */
  async function killAtEach(
    when: Killing['when'],
    run: (at: number) => Promise<'GET' | 'write' | undefined>,
  ): Promise<void> {
    const kills: string[] = [];
    for (let at = 1; at <= REQUESTS_MAX; at += STRIDE) {
      const killedAt = await run(at);
      await shop.converge();
      await shop.expectForwardOnly();
      shop.expectNoLeak();
      if (killedAt === undefined) break;
      kills.push(`${at} ${killedAt}`);
      await shop.close();
      shop = await Shop.open();
    }
    if (STRIDE === 1) expect(kills.some((one) => one.endsWith('write'))).toBe(true);
    expect(kills.length).toBeGreaterThan(0);
    process.stdout.write(`killed ${when} requests ${kills.join(', ')}\n`);
    // What is closed afterwards is a shop that delivered.
    await shop.converge();
  }
});

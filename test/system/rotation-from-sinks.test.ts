/**
 * No consumer that reads its key from Vault or Kubernetes is refused while the key is rotated again and again by
 * `keywright run`, and the controller that leads is killed. `ROTATIONS=100` for more of them.
 */
import { get } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControllerProcess, eventually } from '../support/controller-process.js';
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { KubernetesServer } from '../support/servers/kubernetes.js';
import { VaultServer } from '../support/servers/vault.js';
import type { KvEngine } from '../support/servers/vault-kv.js';
import { ServerProcess } from '../support/several-servers.js';
import { projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

const ROTATIONS = Number(process.env['ROTATIONS'] ?? 2);
const CONSUMERS_OF_EACH = 4;
/** How often a consumer reads its sink again: a version stays accepted for longer than that. */
const READS_EVERY_MS = 200;
/** How long a controller leads before it is killed: in the middle of one thing or another. */
const LEADS_FOR_MS = [600, 2_400, 1_200, 3_600, 1_800];
const ROTATED_WITHIN_MS = 120_000;

const KEY = `apiVersion: keywright.dev/v1
kind: ApiKey
metadata: { name: app }
spec:
  environment: development
  owner: { service: billing }
  rotation: { every: 90d, overlap: 1s, quiet: 2s }
  deliver:
    - vault: { connection: v, mount: secret, path: shop/app, fields: { api_key: key } }
    - kubernetes: { connection: k, namespace: shop, name: app, fields: { API_KEY: key } }
`;

const connection = (name: string, spec: string): string =>
  `apiVersion: keywright.dev/v1\nkind: Connection\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

interface Version {
  readonly prefix: string;
  readonly generation: number;
  readonly state: string;
}

interface Listed {
  readonly items: readonly { readonly status: { readonly versions: readonly Version[] } }[];
}

describeWithPostgres('a key that consumers read from Vault and Kubernetes', () => {
  const cluster = postgresCluster();
  let world: Workspace;
  let vault: VaultServer;
  let engine: KvEngine;
  let kubernetes: KubernetesServer;
  let server: ServerProcess;
  let env: Readonly<Record<string, string>> = {};
  const controllers: ControllerProcess[] = [];
  const run = (): ControllerProcess => {
    const controller = new ControllerProcess(world, '--interval 1s', env);
    controllers.push(controller);
    return controller;
  };

  beforeEach(async () => {
    world = new Workspace();
    vault = await VaultServer.start();
    engine = vault.mount('secret');
    kubernetes = await KubernetesServer.start();
    kubernetes.namespace('shop');
    env = { VAULT_TOKEN: vault.rootToken(), KUBE_TOKEN: kubernetes.adminToken() };
    const address = await cluster.database();
    const ofVault = `{ vault: { address: "${vault.address}", token: { env: VAULT_TOKEN } } }`;
    const ofCluster = `{ address: "${kubernetes.url}", token: { env: KUBE_TOKEN }, caFile: ca.pem }`;
    world.write('ca.pem', kubernetes.ca);
    world.write('keywright.yaml', projectYaml(`{ store: "${address}" }`));
    world.write(
      'specs/app.yaml',
      yamlStream(
        serviceYaml('billing'),
        connection('v', ofVault),
        connection('k', `{ kubernetes: ${ofCluster} }`),
        KEY,
      ),
    );
    server = new ServerProcess(world, address);
  });
  afterEach(async () => {
    for (const controller of controllers.splice(0)) await controller.stop();
    await server.end();
    await vault.close();
    await kubernetes.stop();
    world.dispose();
  });

  /** As a consumer does, over HTTP. */
  const inVault = async (): Promise<string> => {
    const headers = { 'x-vault-token': env['VAULT_TOKEN'] ?? '' };
    const answer = await fetch(`${vault.address}/v1/secret/data/shop/app`, { headers });
    // biome-ignore lint/suspicious/noExplicitAny: as Vault documents it.
    return ((await answer.json()) as any).data.data.api_key;
  };
  const inKubernetes = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${env['KUBE_TOKEN']}` };
    const answer = await new Promise<string>((resolve, reject) => {
      get(
        `${kubernetes.url}/api/v1/namespaces/shop/secrets/app`,
        { ca: kubernetes.ca, headers },
        (response) => text(response).then(resolve, reject),
      ).on('error', reject);
    });
    return Buffer.from(JSON.parse(answer).data.API_KEY, 'base64').toString('utf8');
  };

  const versionsOf = async (): Promise<readonly Version[]> =>
    (await world.json<Listed>('get ApiKey', { env })).items.flatMap(({ status }) => status.versions);

  /** Everything that each sink ever held, in order. */
  const histories = (): readonly (readonly string[])[] => [
    engine.history.map(({ data }) => String(data['api_key'])),
    kubernetes.history('shop', 'app', 'API_KEY').map(String),
  ];

  it(`is never refused, over ${ROTATIONS} rotations with kills; and each ended version always is`, async () => {
    const first = run();
    await first.settled();
    await server.start();
    expect(await inKubernetes()).toBe(await inVault());

    const state = { isOver: false };
    const counts = { asked: 0, unanswered: 0, killed: 0, refused: [] as string[] };
    const consume = async (read: () => Promise<string>): Promise<void> => {
      let held = await read();
      let readAt = performance.now();
      while (!state.isOver) {
        if (performance.now() - readAt > READS_EVERY_MS) {
          held = await read();
          readAt = performance.now();
        }
        const code = await server.code(held);
        // Of a server that is too busy to know; a consumer asks again.
        if (code === 'UNAVAILABLE') {
          counts.unanswered++;
          continue;
        }
        counts.asked++;
        if (code !== 'VALID') counts.refused.push(`${code} ${held.slice(0, 20)}`);
      }
    };
    const startedAt = performance.now();
    const consumers = [inVault, inKubernetes].flatMap((read) =>
      Array.from({ length: CONSUMERS_OF_EACH }, () => consume(read)),
    );
    /** Two run at any time; the one that leads is killed, and the other or a new one takes over. */
    const killing = async (): Promise<void> => {
      let running = [first, run()];
      while (!state.isOver) {
        const leaders: ControllerProcess[] = [];
        await eventually(
          () => `one leads: ${running.map((one) => one.log()).join('\n')}`,
          async () => {
            for (const one of running) if ((await one.status())?.role === 'leading') leaders.push(one);
            return leaders.length > 0 || state.isOver;
          },
          ROTATED_WITHIN_MS,
        );
        await sleep(LEADS_FOR_MS[counts.killed % LEADS_FOR_MS.length]);
        const [leading] = leaders;
        if (leading === undefined || state.isOver) return;
        await leading.stop();
        counts.killed++;
        running = [...running.filter((one) => one !== leading), run()];
      }
    };
    const rotating = async (): Promise<readonly string[]> => {
      const ended: string[] = [];
      for (let rotation = 0; rotation < ROTATIONS; rotation++) {
        const before = await inVault();
        const asked = await world.run('rotate app --auto-approve --lock-timeout 60s', { env });
        expect([asked.code, asked.stderr]).toEqual([0, expect.any(String)]);
        // Not by using the one before: it would be in use, and never end.
        await eventually(
          () => `rotation ${rotation} ends: ${controllers.at(-2)?.log()}`,
          async () => {
            await sleep(250);
            const versions = await versionsOf();
            return versions.find(({ prefix }) => before.startsWith(prefix))?.state === 'revoked';
          },
          ROTATED_WITHIN_MS,
        );
        const held = await inVault();
        expect([held === before, (await inKubernetes()) === held]).toEqual([false, true]);
        expect([await server.code(held), await server.code(before)]).toEqual(['VALID', 'REVOKED']);
        ended.push(before);
      }
      return ended;
    };
    const killed = killing();
    const ended = await Promise.race([
      rotating(),
      ...consumers.map((one) => one.then(() => [])),
      killed.then(() => []),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;
    state.isOver = true;
    await Promise.all([...consumers, killed]);
    console.info(
      `${counts.asked} verifications, ${Math.round(counts.asked / seconds)} a second, ${counts.unanswered} unanswered; ` +
        `${counts.killed} controllers killed in ${Math.round(seconds)} s`,
    );

    expect(counts).toEqual({ ...counts, refused: [] });
    expect(counts.asked).toBeGreaterThan(100 * ROTATIONS);
    expect(counts.unanswered).toBeLessThan(counts.asked / 100);
    expect(counts.killed).toBeGreaterThanOrEqual(ROTATIONS);
    expect(new Set(ended).size).toBe(ROTATIONS);
    for (const token of ended) expect(await server.code(token)).toBe('REVOKED');

    const versions = new Map((await versionsOf()).map(({ prefix, generation }) => [prefix, generation]));
    for (const history of histories()) {
      const known = history.map((token) => versions.get(token.slice(0, 20)) ?? 0);
      expect(known).toEqual([...known].sort((a, b) => a - b));
      expect(new Set(known)).toEqual(new Set(Array.from({ length: ROTATIONS + 1 }, (_, nth) => nth + 1)));
    }

    // In the bodies that carry it into the sinks, and nowhere else.
    const seen = new Set(histories().flat());
    for (const token of seen) world.see(token);
    expect(world.leaks()).toEqual([]);
    const records = [...vault.records, ...kubernetes.requests].map(({ url, headers }) =>
      JSON.stringify([url, headers]),
    );
    for (const token of seen) {
      expect(records.filter((record) => record.includes(token.slice(21, 64)))).toEqual([]);
      expect(server.printed).not.toContain(token.slice(21, 64));
    }
  }, 600_000);
});

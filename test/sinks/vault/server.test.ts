/** The server of these tests, as a client of Vault that is not Keywright's finds it. */
import NodeVault from 'node-vault';
import { VaultServer } from '../../support/servers/vault.js';
import { capabilitiesAt, policyOf } from '../../support/servers/vault-policy.js';

let server: VaultServer;
beforeEach(async () => {
  server = await VaultServer.start();
  server.mount('secret');
});
afterEach(() => server.close());

const client = (token: string, namespace = '') => NodeVault({ endpoint: server.address, token, namespace });

/** The first error of the answer, and its status. */
const refused = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    ({ message, response }: { message: string; response: { statusCode: number } }) =>
      `${response.statusCode} ${message}`,
  );

test('vault server: node-vault writes, reads, deletes, restores and destroys versions', async () => {
  const vault = client(server.rootToken());
  const write = (data: object, cas?: number) =>
    vault.write('secret/data/a/b', { data, ...(cas !== undefined && { options: { cas } }) });
  expect((await write({ k: '1' }, 0)).data.version).toBe(1);
  expect((await write({ k: '2' }, 1)).data.version).toBe(2);
  expect(await refused(write({ k: '3' }, 1))).toBe(
    '400 check-and-set parameter did not match the current version',
  );
  expect((await vault.read('secret/data/a/b')).data).toMatchObject({
    data: { k: '2' },
    metadata: { version: 2 },
  });
  expect((await vault.read('secret/data/a/b?version=1')).data.data).toEqual({ k: '1' });
  await vault.delete('secret/data/a/b');
  const deleted = await vault.read('secret/data/a/b').catch((error) => error.response);
  expect(deleted).toMatchObject({
    statusCode: 404,
    body: { data: { data: null, metadata: { version: 2 } } },
  });
  await vault.write('secret/undelete/a/b', { versions: [2] });
  expect((await vault.read('secret/data/a/b')).data.data).toEqual({ k: '2' });
  await vault.write('secret/destroy/a/b', { versions: [2] });
  await vault.write('secret/undelete/a/b', { versions: [2] });
  expect(await refused(vault.read('secret/data/a/b'))).toBe('404 Status 404');
  expect((await vault.read('secret/metadata/a?list=true')).data.keys).toEqual(['b']);
  await vault.delete('secret/metadata/a/b');
  expect(await refused(vault.read('secret/metadata/a/b'))).toBe('404 Status 404');
  expect((await write({ k: '1' }, 0)).data.version).toBe(1);
});

test('vault server: max_versions forgets, and cas_required asks for check-and-set', async () => {
  const vault = client(server.rootToken());
  server.mount('secret', { version: 2, maxVersions: 2 });
  for (const k of ['1', '2', '3']) await vault.write('secret/data/a', { data: { k } });
  expect(await refused(vault.read('secret/data/a?version=1'))).toBe('404 Status 404');
  expect(Object.keys((await vault.read('secret/metadata/a')).data.versions)).toEqual(['2', '3']);
  await vault.write('secret/metadata/a', { cas_required: true });
  expect(await refused(vault.write('secret/data/a', { data: { k: '4' } }))).toBe(
    '400 check-and-set parameter required for this call',
  );
});

test('vault server: node-vault signs in by AppRole, Kubernetes and JWT, for as long as the role says', async () => {
  let now = 0;
  await server.close();
  server = await VaultServer.start({ now: () => now });
  server.mount('secret');
  const { auth } = server.namespace();
  auth.policy('read', 'path "secret/data/*" { capabilities = ["read"] }');
  const role = { policies: ['read'], ttl: 60 };
  auth.allow('approle', { role_id: 'r', secret_id: 's' }, role);
  for (const mount of ['kubernetes', 'jwt']) auth.allow(mount, { role: 'r', jwt: 'j' }, role);
  const vault = client('');
  expect(await refused(vault.approleLogin({ role_id: 'r', secret_id: 'x' }))).toBe(
    '400 invalid role or secret ID',
  );
  const tokens = [
    await vault.approleLogin({ role_id: 'r', secret_id: 's' }),
    await vault.kubernetesLogin({ role: 'r', jwt: 'j', mount_point: 'kubernetes' }),
    await vault.jwtLogin({ role: 'r', jwt: 'j' }),
  ].map(({ auth: { client_token, lease_duration } }) => {
    expect(lease_duration).toBe(60);
    return client_token as string;
  });
  for (const token of tokens)
    expect(await refused(client(token).read('secret/data/a'))).toBe('404 Status 404');
  now = 60_000;
  for (const token of tokens)
    expect(await refused(client(token).read('secret/data/a'))).toMatch(/^403 .*permission denied/s);
});

test('vault server: a policy, a namespace, a missing token and a seal refuse', async () => {
  const least = client(server.tokenFor('path "secret/data/+/x" { capabilities = ["create", "read"] }'));
  expect(await refused(least.write('secret/data/a/x', { data: {} }))).toBe('done');
  expect(await refused(least.write('secret/data/a/x', { data: {} }))).toMatch(/^403/);
  expect(await refused(least.read('secret/data/a/b/x'))).toMatch(/^403/);
  server.mount('secret', { version: 2 }, 'team');
  const inTeam = client(server.rootToken('team'), 'team');
  expect(await refused(inTeam.write('secret/data/a/x', { data: {} }))).toBe('done');
  expect(await refused(client(server.rootToken('team')).read('secret/data/a/x'))).toMatch(/^403/);
  expect(await refused(client(server.rootToken(), 'other').read('secret/data/a/x'))).toMatch(/^404/);
  expect(await refused(client('').read('secret/data/a/x'))).toBe('400 missing client token');
  server.isSealed = true;
  expect(await refused(least.read('secret/data/a/x'))).toBe('503 Vault is sealed');
});

test('vault policies: the most precise rule counts, and deny is all of it', () => {
  const rules = policyOf(`
    # everything below a
    path "a/*" { capabilities = ["read", "list"] }
    path "a/b" { capabilities = ["update"] }
    path "a/b/*" { capabilities = ["deny", "read"] }
    path "+/c" { capabilities = ["delete"] }
  `);
  const at = (path: string) => [...capabilitiesAt(rules, path)];
  expect(['a/x', 'a/b', 'a/b/x', 'z/c', 'z/y/c', 'a'].map(at)).toEqual([
    ...[['read', 'list'], ['update'], [], ['delete'], [], []],
  ]);
  expect(() => policyOf('path "a" { policy = "write" }')).toThrow('this is no policy');
});

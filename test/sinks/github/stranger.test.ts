/** The test's GitHub is spoken to by GitHub's own client: what it enforces is what that client knows. */
import { request } from '@octokit/request';
import sodium from 'libsodium-wrappers';
import { type GithubServer, githubServer } from '../../support/servers/github.js';

let server: GithubServer;
let octokit: typeof request;
beforeEach(async () => {
  await sodium.ready;
  server = await githubServer();
  server.addRepository('acme/shop', ['production']);
  server.addOrganization('acme');
  const permissions = { secrets: 'write', environments: 'write', organization_secrets: 'write' } as const;
  octokit = clientOf(server.accounts.newToken({ permissions }));
});
afterEach(() => server.stop());

const clientOf = (token: string): typeof request =>
  request.defaults({
    baseUrl: server.url,
    headers: { authorization: `token ${token}`, 'x-github-api-version': '2022-11-28' },
  });

const REPO = { owner: 'acme', repo: 'shop', secret_name: 'API_KEY' };

const seal = (text: string, key: string): string =>
  Buffer.from(sodium.crypto_box_seal(text, Buffer.from(key, 'base64'))).toString('base64');

test('github test server: a secret is sealed, put, replaced, read and deleted by the client of GitHub', async () => {
  const { data: key } = await octokit('GET /repos/{owner}/{repo}/actions/secrets/public-key', REPO);
  const put = (text: string) =>
    octokit('PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}', {
      ...{ ...REPO, key_id: key.key_id, encrypted_value: seal(text, key.key) },
    });
  expect((await put('one')).status).toBe(201);
  expect(server.look('/repos/acme/shop/actions/secrets/API_KEY')).toBe('one');
  const { data: before } = await octokit('GET /repos/{owner}/{repo}/actions/secrets/{secret_name}', REPO);
  expect(Object.keys(before).sort()).toEqual(['created_at', 'name', 'updated_at']);
  expect((await put('two')).status).toBe(204);
  const { data: after } = await octokit('GET /repos/{owner}/{repo}/actions/secrets/{secret_name}', REPO);
  expect(after.updated_at > before.updated_at).toBe(true);
  await octokit('DELETE /repos/{owner}/{repo}/actions/secrets/{secret_name}', REPO);
  expect(server.look('/repos/acme/shop/actions/secrets/API_KEY')).toBeUndefined();
});

test('github test server: what is not sealed to its key is refused', async () => {
  const { data: key } = await octokit('GET /repos/{owner}/{repo}/actions/secrets/public-key', REPO);
  const put = (more: object) =>
    octokit('PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}', {
      ...{ ...REPO, key_id: key.key_id, encrypted_value: seal('one', key.key), ...more },
    });
  await expect(put({ encrypted_value: Buffer.from('in clear').toString('base64') })).rejects.toMatchObject({
    status: 422,
  });
  await expect(put({ key_id: '1' })).rejects.toMatchObject({ status: 422 });
  await expect(put({ secret_name: 'GITHUB_KEY' })).rejects.toMatchObject({ status: 422 });
  expect(server.history).toEqual([]);
});

test('github test server: an organization loses the repositories that are not named again', async () => {
  const ORG = { org: 'acme', secret_name: 'API_KEY' };
  const { data: key } = await octokit('GET /orgs/{org}/actions/secrets/public-key', ORG);
  const put = (more: object) =>
    octokit('PUT /orgs/{org}/actions/secrets/{secret_name}', {
      ...{ ...ORG, key_id: key.key_id, encrypted_value: seal('one', key.key), visibility: 'selected' },
      ...more,
    });
  await put({ selected_repository_ids: [1, 2, 3] });
  const listed = () => octokit('GET /orgs/{org}/actions/secrets/{secret_name}/repositories', ORG);
  expect((await listed()).data).toMatchObject({
    total_count: 3,
    repositories: [{ id: 1 }, { id: 2 }, { id: 3 }],
  });
  await put({});
  expect((await listed()).data.total_count).toBe(0);
});

test('github test server: credentials and permissions are asked for', async () => {
  const read = (client: typeof request) =>
    client('GET /repos/{owner}/{repo}/actions/secrets/public-key', REPO).then(
      ({ status }) => status,
      (error: { readonly status: number }) => error.status,
    );
  const { accounts } = server;
  expect(await read(clientOf('nobody'))).toBe(401);
  expect(await read(clientOf(accounts.newToken({ permissions: { organization_secrets: 'write' } })))).toBe(
    403,
  );
  const elsewhere = accounts.newToken({ permissions: { secrets: 'write' }, repositories: ['acme/other'] });
  expect(await read(clientOf(elsewhere))).toBe(404);
  expect(await read(clientOf(accounts.newToken({ permissions: { secrets: 'read' } })))).toBe(200);
});

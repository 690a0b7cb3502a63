/** Connections to clusters and Secrets as sinks, in documents: what is wrong, and where. */
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import { sinkPhrase } from '../../src/domain/sinks/index.js';
import { line, loadText } from '../support/spec-folder.js';
import { serviceYaml, yamlStream } from '../support/workspace.js';

const connection = (spec: string): string =>
  `apiVersion: keywright.dev/v1\nkind: Connection\nmetadata: { name: k }\nspec: { kubernetes: ${spec} }\n`;

const key = (name: string, sink: string): string =>
  `apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: { name: ${name} }\n` +
  `spec: { environment: development, owner: { service: billing }, deliver: [{ kubernetes: ${sink} }] }\n`;

const SINK = '{ connection: k, namespace: shop, name: billing, fields: { API_KEY: key } }';

async function errorsOf(...documents: readonly string[]): Promise<string> {
  const { errors } = await loadText(yamlStream(serviceYaml('billing'), ...documents));
  return errors.map(line).join('\n');
}

describe('a Connection to a cluster', () => {
  it.each([
    '{ inCluster: true }',
    '{ kubeconfig: { file: kubeconfig } }',
    '{ kubeconfig: { file: /etc/keywright/kubeconfig, context: prod@eu } }',
    '{ address: https://k.example.com:6443, token: { file: token }, caFile: ca.crt }',
    '{ address: "https://[fd00::1]:6443/k8s/clusters/c-1", token: { env: K8S_TOKEN } }',
  ])('%s is valid', async (spec) => {
    expect(await errorsOf(connection(spec), key('billing', SINK))).toBe('');
  });

  it.each([
    ['{}', 'one of inCluster, kubeconfig and address is required'],
    ['{ inCluster: false }', '9:34 bad_value must be true'],
    ['{ inCluster: true, kubeconfig: { file: a } }', 'kubeconfig cannot be combined with inCluster'],
    ['{ inCluster: true, caFile: ca.crt }', 'caFile is used only with address'],
    ['{ kubeconfig: { file: a }, token: { env: T } }', 'token is used only with address'],
    ['{ address: https://k.example.com }', 'token is required with address'],
    ['{ token: { env: T } }', 'one of inCluster, kubeconfig and address is required'],
    ['{ address: http://k.example.com, token: { env: T } }', 'https address'],
    ['{ address: https://k.example.com, token: { env: KEYWRIGHT_MASTER_KEY } }', 'KEYWRIGHT_'],
    ['{ address: https://k.example.com, token: secret }', '9:62 wrong_type'],
    ['{ kubeconfig: { file: a, insecure: true } }', 'insecure'],
  ])('%s is refused', async (spec, message) => {
    expect(await errorsOf(connection(spec))).toContain(message);
  });
});

describe('a Secret as a sink', () => {
  it.each([
    ['namespace: Shop, name: billing, fields: { A: key }', 'namespace'],
    ['namespace: shop, name: bill_ing, fields: { A: key }', 'name'],
    ['namespace: shop, name: billing, fields: { "a b": key }', 'a b'],
    ['namespace: shop, name: billing, fields: { "..": key }', '..'],
    ['namespace: shop, name: billing, fields: {}', 'fields'],
    ['namespace: shop, name: billing, fields: { A: secret }', 'must be "key"'],
    ['namespace: shop, name: billing', 'fields'],
    ['namespace: shop, name: billing, fields: { A: key }, type: Opaque', 'type'],
  ])('%s is refused', async (fields, message) => {
    const found = await errorsOf(
      connection('{ inCluster: true }'),
      key('billing', `{ connection: k, ${fields} }`),
    );
    expect(found).toContain(message);
  });

  it('names of keys may have dots, hyphens and underscores, and the id says all of them', () => {
    const fields = { 'tls.key': 'key', _A: 'key', 'b-2': 'key' } as const;
    const id = sinkIdOf({ kubernetes: { connection: 'k', namespace: 'shop', name: 'a.b', fields } });
    expect(id).toBe('kubernetes:k/shop/a.b#_A,b-2,tls.key');
    expect(sinkPhrase(id)).toBe('kubernetes k/shop/a.b#_A,b-2,tls.key');
  });

  it('one key of a Secret is the sink of one delivery, and other keys are of others', async () => {
    const cluster = connection('{ inCluster: true }');
    const twice = await errorsOf(cluster, key('a', SINK), key('b', SINK));
    expect(twice).toContain('is the sink of two deliveries');
    const beside = SINK.replace('API_KEY', 'OTHER');
    expect(await errorsOf(cluster, key('a', SINK), key('b', beside))).toBe('');
  });
});

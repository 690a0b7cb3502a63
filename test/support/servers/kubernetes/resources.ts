/** The resources the server has, and what discovery tells of them. It has no OpenAPI: kubectl is run with --validate=false. */

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly short: readonly string[];
}

const of = (group: string, resource: string, kind: string, short: readonly string[] = []): Resource => ({
  ...{ group, version: 'v1', resource, kind, short },
  isNamespaced: kind !== 'Namespace',
});

export const RESOURCES: readonly Resource[] = [
  of('', 'namespaces', 'Namespace', ['ns']),
  of('', 'secrets', 'Secret'),
  of('', 'configmaps', 'ConfigMap', ['cm']),
  of('', 'serviceaccounts', 'ServiceAccount', ['sa']),
  of('', 'persistentvolumeclaims', 'PersistentVolumeClaim', ['pvc']),
  of('', 'services', 'Service', ['svc']),
  of('apps', 'deployments', 'Deployment', ['deploy']),
  of('rbac.authorization.k8s.io', 'roles', 'Role'),
  of('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding'),
];

export const groupVersion = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

const GROUPS = [...new Set(RESOURCES.map(({ group }) => group))].filter((group) => group !== '');
const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const resourceList = (group: string): object => ({
  ...{ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion({ group, version: 'v1' }) },
  resources: RESOURCES.filter((one) => one.group === group).map(
    ({ resource, kind, isNamespaced, short }) => ({
      ...{ name: resource, singularName: kind.toLowerCase(), namespaced: isNamespaced, kind, verbs: VERBS },
      ...(short.length > 0 && { shortNames: short }),
    }),
  ),
});

const groupOf = (group: string): object => {
  const version = { groupVersion: `${group}/v1`, version: 'v1' };
  return { name: group, versions: [version], preferredVersion: version };
};

/** The documents of discovery by path; undefined for a path that is none of them. */
export function discovery(path: string): object | undefined {
  if (path === '/version') return { major: '1', minor: '29', gitVersion: 'v1.29.0', platform: 'linux/amd64' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupOf) };
  if (path === '/api/v1') return resourceList('');
  const group = /^\/apis\/([^/]+)\/v1$/.exec(path)?.[1];
  return group !== undefined && GROUPS.includes(group) ? resourceList(group) : undefined;
}

export interface Target {
  readonly of: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** Takes a path apart; undefined for one that leads to no resource. */
export function targetOf(path: string): Target | undefined {
  const found = /^\/(?:api|apis\/([^/]+))\/v1\/(.+)$/.exec(path);
  if (found === null) return undefined;
  const [, group = '', rest = ''] = found;
  const parts = rest.split('/').map(decodeURIComponent);
  const isIn = parts[0] === 'namespaces' && parts.length > 2;
  const [resource = '', name = '', subresource = ''] = isIn ? parts.slice(2) : parts;
  const one = RESOURCES.find((known) => known.group === group && known.resource === resource);
  return one && { of: one, namespace: isIn ? (parts[1] ?? '') : '', name, subresource };
}

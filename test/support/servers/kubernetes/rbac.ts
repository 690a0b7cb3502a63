/** Who may do what: the Roles and RoleBindings that the cluster holds, and nothing beyond them. */
import type { Json, Objects } from './objects.js';
import type { Target } from './resources.js';
import { forbidden, type Refusal } from './status.js';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
export const ADMIN: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

export const serviceAccount = (namespace: string, name: string): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs?: readonly string[];
}

/** Undefined when it is allowed; else the refusal that says what is missing. */
export function denied(
  objects: Objects,
  user: User,
  { verb, target }: { readonly verb: string; readonly target: Target },
): Refusal | undefined {
  if (user.groups.includes('system:masters')) return undefined;
  const { namespace, name, of } = target;
  const isBound = objects
    .list('rolebindings', namespace)
    .filter(({ metadata, subjects = [] }) =>
      subjects.some((one: Json) => isSubject(one, user, metadata.namespace ?? '')),
    )
    .map(({ metadata, roleRef }) => objects.find('roles', metadata.namespace ?? '', roleRef.name))
    .flatMap((role) => (role?.['rules'] ?? []) as readonly Rule[])
    .some((rule) => allows(rule, verb, target));
  if (namespace !== '' && isBound) return undefined;
  return forbidden(
    { resource: of.resource, group: of.group, name },
    { user: user.name, verb, namespace, subresource: target.subresource },
  );
}

const resourceOf = ({ of, subresource }: Target): string =>
  subresource === '' ? of.resource : `${of.resource}/${subresource}`;

const has = (list: readonly string[] | undefined, one: string): boolean =>
  list?.includes(one) === true || list?.includes('*') === true;

/** A rule with names allows nothing whose name is not in the request: no create, no list. */
const allows = (
  { apiGroups, resources, resourceNames = [], verbs }: Rule,
  verb: string,
  target: Target,
): boolean =>
  has(apiGroups, target.of.group) &&
  has(resources, resourceOf(target)) &&
  has(verbs, verb) &&
  (resourceNames.length === 0 || (target.name !== '' && resourceNames.includes(target.name)));

function isSubject({ kind, name, namespace }: Json, user: User, own: string): boolean {
  if (kind === 'ServiceAccount') return user.name === serviceAccount(namespace ?? own, name).name;
  return kind === 'Group' ? user.groups.includes(name) : kind === 'User' && user.name === name;
}

/**
 * What a `deliver` entry says besides its sink: what is run once the new version is current, for consumers that read
 * their secrets only when they start, and that a sink which shows nothing is accepted.
 */
import { type Static, Type } from 'typebox';
import { closed, DNS_LABEL, nameField } from '../kinds/fields.js';

/** `NAMESPACE/NAME`; the name of a Deployment may have dots. */
const DEPLOYMENT = `${DNS_LABEL.slice(0, -1)}/[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$`;

export const refreshField = Type.Object(
  {
    deployment: Type.Optional(
      Type.String({
        pattern: DEPLOYMENT,
        maxLength: 317,
        description: 'A Deployment in Kubernetes whose pods are restarted, as NAMESPACE/NAME.',
        'x-expects': 'a namespace and a name such as shop/billing',
      }),
    ),
    connection: Type.Optional(
      nameField(
        'With deployment: the Connection to its cluster. Absent: the Connection of the sink, if that is a cluster.',
      ),
    ),
    exec: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^[^\\p{Cc}\\p{Cf}]+$',
          maxLength: 1024,
          'x-expects': 'text without control characters',
        }),
        {
          minItems: 1,
          maxItems: 32,
          description: 'A program and its arguments, run without a shell in the working folder.',
        },
      ),
    ),
  },
  {
    ...closed,
    minProperties: 1,
    description:
      'What is run once the new version is current, for consumers that read the sink only when they start. It proves nothing.',
    'x-expects': 'either deployment or exec',
  },
);

export type RefreshDeclaration = Static<typeof refreshField>;

/** The fields of a `deliver` entry that name no sink. */
export const entryFields = {
  refresh: Type.Optional(refreshField),
  unverified: Type.Optional(
    Type.Literal(true, {
      description: 'The sink cannot be read back, and what Keywright recorded is accepted as the receipt.',
      'x-expects': 'true, or absent',
    }),
  ),
};

/**
 * What is wrong with a refresh that a schema cannot say; `path` is below `refresh`, empty for all of it. `ownCluster`: the
 * sink's own Connection is one to Kubernetes.
 */
export function refreshProblems(
  { deployment, connection, exec }: RefreshDeclaration,
  ownCluster: boolean,
): readonly { readonly path: string; readonly message: string }[] {
  if ((deployment === undefined) === (exec === undefined))
    return [{ path: '', message: 'must name exactly one of deployment, exec' }];
  if (exec !== undefined && connection !== undefined)
    return [{ path: 'connection', message: 'is only for deployment; remove it, as exec runs without one' }];
  if (deployment !== undefined && connection === undefined && !ownCluster)
    return [
      {
        path: 'connection',
        message: 'is required with deployment: name the Connection to its cluster',
      },
    ];
  return [];
}

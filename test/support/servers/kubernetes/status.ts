/** What a Kubernetes API server answers when it refuses: a `Status`, in the words of k8s.io/apimachinery (api/errors) and apiserver, 1.20. */

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  get status(): object {
    return {
      ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
      message: this.message,
      ...(this.reason !== '' && { reason: this.reason }),
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }
}

/** As messages name a resource: `secrets`, `deployments.apps`. */
export interface Named {
  readonly resource: string;
  readonly kind: string;
  readonly group: string;
  readonly name: string;
}

const qualified = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);
const detailsOf = ({ name, group, resource }: Named): Details => ({
  ...(name !== '' && { name }),
  ...(group !== '' && { group }),
  kind: resource,
});

export const notFound = (of: Named): Refusal =>
  new Refusal(404, 'NotFound', `${qualified(of.resource, of.group)} "${of.name}" not found`, detailsOf(of));

export const alreadyExists = (of: Named): Refusal =>
  new Refusal(
    409,
    'AlreadyExists',
    `${qualified(of.resource, of.group)} "${of.name}" already exists`,
    detailsOf(of),
  );

export const conflict = (of: Named, why = MODIFIED): Refusal =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(of.resource, of.group)} "${of.name}": ${why}`,
    detailsOf(of),
  );

const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

/** Of server-side apply: fields that another manager owns. */
export function applyConflict(causes: readonly Cause[]): Refusal {
  const listed = causes.map(({ message, field }) => `${message}: ${field}`).join('\n');
  return new Refusal(
    409,
    'Conflict',
    `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${listed}`,
    { causes },
  );
}

export function invalid(of: Named, causes: readonly Cause[]): Refusal {
  const listed = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = listed.length === 1 ? listed[0] : `[${listed.join(', ')}]`;
  return new Refusal(422, 'Invalid', `${qualified(of.kind, of.group)} "${of.name}" is invalid: ${text}`, {
    ...detailsOf(of),
    kind: of.kind,
    causes,
  });
}

export const unauthorized = (): Refusal => new Refusal(401, 'Unauthorized', 'Unauthorized');

export const badRequest = (message: string): Refusal => new Refusal(400, 'BadRequest', message);

export const unsupportedMediaType = (accepted: readonly string[]): Refusal =>
  new Refusal(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const tooLargeRequest = (): Refusal =>
  new Refusal(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');

export function forbidden(
  of: Omit<Named, 'kind'>,
  {
    user,
    verb,
    namespace,
    subresource,
  }: {
    readonly user: string;
    readonly verb: string;
    readonly namespace: string;
    readonly subresource: string;
  },
): Refusal {
  const whole = subresource === '' ? of.resource : `${of.resource}/${subresource}`;
  const where = namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  const named = of.name === '' ? ` is forbidden` : ` "${of.name}" is forbidden`;
  return new Refusal(
    403,
    'Forbidden',
    `${qualified(of.resource, of.group)}${named}: User "${user}" cannot ${verb} resource "${whole}" in API group "${of.group}"${where}`,
    {
      ...(of.name !== '' && { name: of.name }),
      ...(of.group !== '' && { group: of.group }),
      kind: of.resource,
    },
  );
}

export const terminating = (of: Named, namespace: string): Refusal =>
  new Refusal(
    403,
    'Forbidden',
    `${of.resource} "${of.name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    {
      ...detailsOf(of),
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  );

/**
 * What an API server answers when it refuses, as faults. Its messages are not shown: of a body that it cannot decode it
 * quotes a part, and an admission webhook may.
 */
import { type Fault, fault } from '../../domain/errors.js';
import type { HttpAnswer } from '../http.js';
import { type Answered, faultOf } from '../http-faults.js';
import { type Json, listOf, recordOf, textOf } from './json.js';

/** What was asked, for messages: `patch secrets/billing in namespace shop`. */
export interface Asked {
  readonly verb: 'get' | 'create' | 'patch' | 'delete';
  /** `secrets`, `deployments.apps`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** The members of a `Status` that decide something. */
export interface Status {
  readonly code: number;
  readonly reason: string;
  /** The kind or resource that it is about. */
  readonly kind: string;
  readonly causes: readonly { readonly reason: string; readonly field: string }[];
}

/** Undefined for an answer that is no `Status`: that of a proxy, or of another service. */
export function statusOf(answer: HttpAnswer, body: Json): Status | undefined {
  const { kind, reason, details } = recordOf(body);
  if (kind !== 'Status') return undefined;
  const about = recordOf(details);
  return {
    ...{ code: answer.status, reason: textOf(reason) ?? '', kind: textOf(about['kind']) ?? '' },
    causes: listOf(about['causes']).map((cause) => {
      const one = recordOf(cause);
      return { reason: textOf(one['reason']) ?? '', field: textOf(one['field']) ?? '' };
    }),
  };
}

const phraseOf = ({ verb, resource, namespace, name }: Asked): string =>
  `${verb} ${resource}/${name} in namespace ${namespace}`;

/** The fault of an answer that is no success. What a 404 means depends on the verb, and is decided by the caller. */
export function refusalOf(
  answer: HttpAnswer,
  status: Status | undefined,
  about: { readonly asked: Asked; readonly by: Answered },
): Fault {
  const { asked, by } = about;
  const usual = faultOf(answer.status, answer.headers, by);
  const said = (message: string): Fault => ({ ...usual, message });
  if (answer.status === 401)
    return said(
      `${by.by} does not accept the credential (401). Check the token or certificate of the Connection.`,
    );
  if (status?.causes.some(({ reason }) => reason === 'NamespaceTerminating'))
    return fault(
      'sink_refused',
      `the namespace ${asked.namespace} is being deleted. Deliver to another namespace.`,
    );
  if (answer.status === 403)
    return said(
      `${by.by} does not allow ${phraseOf(asked)} (403). Allow the verb ${asked.verb} on ${asked.resource} in a Role of that namespace, or check its quotas and admission rules.`,
    );
  if (status === undefined) return usual;
  if (answer.status === 409)
    return fault(
      'sink_moved',
      `${asked.resource}/${asked.name} in namespace ${asked.namespace} changed meanwhile`,
    );
  if (answer.status === 413 || status.causes.some(({ reason }) => reason === 'FieldValueTooLong'))
    return fault(
      'sink_refused',
      `${asked.resource}/${asked.name} in namespace ${asked.namespace} would exceed 1 MiB. Deliver to another Secret.`,
    );
  if (answer.status === 422) return invalidFault(asked, status);
  return usual;
}

function invalidFault(asked: Asked, { causes }: Status): Fault {
  const what = `${asked.resource}/${asked.name} in namespace ${asked.namespace}`;
  // Of a restored cluster: the same version of another object.
  if (causes.some(({ field }) => field === 'metadata.uid'))
    return fault('sink_moved', `${what} was replaced meanwhile`);
  const isFrozen = causes.some(({ reason, field }) => reason === 'FieldValueForbidden' && field === 'data');
  if (isFrozen && asked.resource === 'secrets')
    return fault(
      'sink_refused',
      `${what} is immutable. Delete it, so that it is created without immutable: true, or deliver to another name.`,
    );
  const fields = causes.map(({ field }) => field.slice(0, 100)).slice(0, 4);
  return fault(
    'sink_refused',
    `${what} is invalid (${fields.join(', ') || 'no field named'}). Correct the sink's declaration.`,
  );
}

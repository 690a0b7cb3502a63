/** What the API server refuses of an object, as k8s.io/kubernetes (apis/core/validation, apis/apps/validation) does. */
import { isDeepStrictEqual } from 'node:util';
import type { Json, KubeObject } from './objects.js';
import { type Cause, invalid, type Named, Refusal } from './status.js';

const SECRET_BYTES_MAX = 1 << 20;
const ANNOTATIONS_BYTES_MAX = 256 << 10;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_SAID = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const CONFIG_KEY_SAID = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const invalidValue = (field: string, value: unknown, why: string): Cause => ({
  ...{ reason: 'FieldValueInvalid', field },
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});
const required = (field: string, why = ''): Cause => ({
  ...{ reason: 'FieldValueRequired', field },
  message: why === '' ? 'Required value' : `Required value: ${why}`,
});
const longerThan = (bytes: number, field: string): Cause => ({
  ...{ reason: 'FieldValueTooLong', field },
  message: `Too long: must have at most ${bytes} bytes`,
});
const never = (field: string, why: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
});

/** As the decoder says it: with what stands around the place. */
export class Undecodable extends Refusal {
  constructor(name: string, value: unknown) {
    const what = typeof value === 'string' ? 'illegal base64 data at input byte 0' : 'invalid input';
    const around = JSON.stringify({ [name]: value });
    super(
      ...([400, 'BadRequest'] as const),
      `Secret in version "v1" cannot be handled as a Secret: v1.Secret.Data: base64Codec: ${what}, error found in #10 byte of ...|${around.slice(-20)}|..., bigger context ...|${around.slice(-100)}|...`,
    );
  }
}

/** Defaults and conversions that happen before an object is validated. Throws for what cannot be decoded. */
export function decoded(object: Json): Json {
  if (object.kind === 'Deployment')
    return { ...object, spec: { replicas: 1, progressDeadlineSeconds: 600, ...object.spec } };
  if (object.kind !== 'Secret') return object;
  const { stringData = {}, ...secret } = object;
  for (const [name, value] of Object.entries((secret.data ?? {}) as Json)) {
    if (typeof value !== 'string' || !BASE64.test(value.replaceAll(/[\r\n]/g, '')))
      throw new Undecodable(name, value);
  }
  const plain = Object.entries(stringData as Json).map(([name, value]) => [
    name,
    Buffer.from(String(value)).toString('base64'),
  ]);
  const data = { ...secret.data, ...Object.fromEntries(plain) };
  return {
    ...secret,
    type: secret.type ?? 'Opaque',
    ...(Object.keys(data).length > 0 ? { data } : { data: undefined }),
  };
}

export function validate(of: Named, before: KubeObject | undefined, after: Json): void {
  const causes = [
    ...metadataCauses(before, after),
    ...(after.kind === 'Secret' ? secretCauses(before, after) : []),
    ...(after.kind === 'Deployment' ? deploymentCauses(after) : []),
  ];
  if (causes.length > 0) throw invalid(of, causes);
}

function metadataCauses(before: KubeObject | undefined, { metadata }: Json): readonly Cause[] {
  const named = SUBDOMAIN.test(metadata.name)
    ? []
    : [invalidValue('metadata.name', metadata.name, SUBDOMAIN_SAID)];
  const bytes = Object.entries(metadata.annotations ?? {})
    .flat()
    .reduce((sum: number, text) => sum + Buffer.byteLength(String(text)), 0);
  const annotations = Object.entries(metadata.annotations ?? {})
    .filter(([name]) => !/^(?:[a-z0-9.-]+\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(name))
    .map(([name]) =>
      invalidValue('metadata.annotations', name, 'name part must consist of alphanumeric characters'),
    );
  const isOther = before !== undefined && metadata.uid !== undefined && metadata.uid !== before.metadata.uid;
  return [
    ...(metadata.name ? named : [required('metadata.name', 'name or generateName is required')]),
    ...annotations,
    ...(bytes > ANNOTATIONS_BYTES_MAX ? [longerThan(ANNOTATIONS_BYTES_MAX, 'metadata.annotations')] : []),
    ...(isOther ? [invalidValue('metadata.uid', metadata.uid, 'field is immutable')] : []),
  ];
}

function secretCauses(before: KubeObject | undefined, after: Json): readonly Cause[] {
  const data: Readonly<Record<string, string>> = after.data ?? {};
  const keys = Object.keys(data).flatMap((name) =>
    faultsOfKey(name).map((why) => invalidValue(`data[${name}]`, name, why)),
  );
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.from(value, 'base64').length, 0);
  const tooLong = bytes > SECRET_BYTES_MAX ? [longerThan(SECRET_BYTES_MAX, 'data')] : [];
  if (before === undefined) return [...keys, ...tooLong];
  const isTypeMoved = before['type'] !== after.type;
  const frozen = 'field is immutable when `immutable` is set';
  const isFrozen = before['immutable'] === true;
  return [
    ...(isTypeMoved ? [invalidValue('type', after.type, 'field is immutable')] : []),
    ...(isFrozen && after.immutable !== true ? [never('immutable', frozen)] : []),
    ...(isFrozen && !isDeepStrictEqual(before['data'] ?? {}, data) ? [never('data', frozen)] : []),
    ...keys,
    ...tooLong,
  ];
}

function faultsOfKey(name: string): readonly string[] {
  const dots = name === '.' || name === '..' ? `must not be '${name}'` : "must not start with '..'";
  return [
    ...(name.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(/^[-._a-zA-Z0-9]+$/.test(name) ? [] : [CONFIG_KEY_SAID]),
    ...(name === '.' || name.startsWith('..') ? [dots] : []),
  ];
}

function deploymentCauses({ spec }: Json): readonly Cause[] {
  const labels = spec?.template?.metadata?.labels ?? {};
  const selected = Object.entries(spec?.selector?.matchLabels ?? {});
  return [
    ...(selected.length === 0 ? [required('spec.selector')] : []),
    ...(selected.some(([name, value]) => labels[name] !== value)
      ? [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]
      : []),
    ...((spec?.template?.spec?.containers ?? []).length === 0
      ? [required('spec.template.spec.containers')]
      : []),
  ];
}

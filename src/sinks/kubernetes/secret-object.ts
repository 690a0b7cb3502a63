/** A Secret as it is read and written: values in base64, and notes about them in its annotations. */
import type { Secret } from '../../domain/secret.js';
import type { Held, Write } from '../driver.js';
import { type Json, listOf, parseJson, recordOf, textOf } from './json.js';

/** Whose fields they are: `kubectl get secret --show-managed-fields`. */
export const FIELD_MANAGER = 'keywright';
/** On objects that Keywright created, and on no others. */
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'keywright' };
/** Which object and version each key holds: `{"API_KEY":"ApiKey/billing-prod version 3"}`. */
const WRITTEN_BY = 'keywright.dev/written-by';
/** Of a touch: the resource version that was confirmed, so another one each time. */
const CONFIRMED = 'keywright.dev/confirmed';

/** What a read of a Secret keeps for the write that follows. */
export interface HeldSecret extends Held {
  readonly uid: string;
  readonly version: string;
  readonly isOurs: boolean;
  readonly writtenBy: Readonly<Record<string, string>>;
}

/** Undefined for what has no identity: no Secret of an API server. */
export function heldOf(object: Readonly<Record<string, Json>>): HeldSecret | undefined {
  const metadata = recordOf(object['metadata']);
  const [uid, version] = [textOf(metadata['uid']), textOf(metadata['resourceVersion'])];
  if (object['kind'] !== 'Secret' || uid === undefined || version === undefined) return undefined;
  const values = Object.entries(recordOf(object['data'])).map(([name, value]): [string, string] => [
    name,
    Buffer.from(textOf(value) ?? '', 'base64').toString('utf8'),
  ]);
  const managers = managersOf(
    values.map(([name]) => name),
    metadata['managedFields'],
  );
  const label = recordOf(metadata['labels'])['app.kubernetes.io/managed-by'];
  const note = recordOf(parseJson(textOf(recordOf(metadata['annotations'])[WRITTEN_BY]) ?? ''));
  return {
    ...{ values: new Map(values), managers, revision: `${uid}:${version}`, uid, version },
    isOurs: label === 'keywright',
    writtenBy: Object.fromEntries(Object.entries(note).map(([name, by]) => [name, String(by)])),
  };
}

/**
 * Who changed each value last, where that was not Keywright: `kubectl-edit`, `argocd-controller`. A server-side apply of
 * the same value has it together with its other managers.
 */
function managersOf(names: readonly string[], managedFields: Json): ReadonlyMap<string, string> {
  const entries = listOf(managedFields).map((entry) => {
    const { manager, fieldsV1 } = recordOf(entry);
    return { manager: textOf(manager), fields: recordOf(recordOf(fieldsV1)['f:data']) };
  });
  return new Map(
    names.flatMap((name): readonly [string, string][] => {
      const owners = entries.flatMap(({ manager, fields }) =>
        manager !== undefined && Object.hasOwn(fields, `f:${name}`) ? [manager] : [],
      );
      const [owner] = owners;
      return owner === undefined || owners.includes(FIELD_MANAGER) ? [] : [[name, owner]];
    }),
  );
}

/** A read that this driver did not make itself has its identity in the revision, and no notes. */
export function identityOf(over: Held): HeldSecret {
  const [uid = '', version = ''] = (over.revision ?? '').split(':');
  return 'writtenBy' in over ? (over as HeldSecret) : { ...over, uid, version, isOurs: false, writtenBy: {} };
}

const encoded = (set: ReadonlyMap<string, Secret>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...set].map(([name, secret]) => [name, Buffer.from(secret.reveal()).toString('base64')]),
  );

const notesOf = ({ of }: Write): Readonly<Record<string, string>> =>
  Object.fromEntries(
    of.flatMap(({ object, generation, fields = [] }) =>
      fields.map((name) => [name, `${object} version ${generation}`]),
    ),
  );

const annotations = (notes: Readonly<Record<string, string>>): Readonly<Record<string, string | null>> => ({
  [WRITTEN_BY]: Object.keys(notes).length === 0 ? null : JSON.stringify(notes),
});

export const newSecret = (
  { namespace, name }: { readonly namespace: string; readonly name: string },
  write: Write,
): object => ({
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
  metadata: {
    namespace,
    name,
    labels: MANAGED_BY,
    annotations: { [WRITTEN_BY]: JSON.stringify(notesOf(write)) },
  },
  data: encoded(write.set),
});

const condition = ({ uid, version }: HeldSecret): object => ({ uid, resourceVersion: version });

/** A JSON merge patch: what is not named stays, and what is null is taken out. */
export function changeOf(over: HeldSecret, write: Write): object {
  const kept = Object.entries(over.writtenBy).filter(
    ([name]) => !write.remove.includes(name) && !write.set.has(name),
  );
  return {
    metadata: {
      ...condition(over),
      annotations: annotations({ ...Object.fromEntries(kept), ...notesOf(write) }),
    },
    data: { ...Object.fromEntries(write.remove.map((name) => [name, null])), ...encoded(write.set) },
  };
}

export const touchOf = (over: HeldSecret): object => ({
  metadata: { ...condition(over), annotations: { [CONFIRMED]: `resourceVersion ${over.version}` } },
});

/** Is nothing left of an object that Keywright created? */
export const isEmptied = ({ isOurs, values }: HeldSecret, { set, remove }: Write): boolean =>
  isOurs && set.size === 0 && [...(values?.keys() ?? [])].every((name) => remove.includes(name));

export const deletionOf = (over: HeldSecret): object => ({
  ...{ apiVersion: 'v1', kind: 'DeleteOptions', preconditions: condition(over) },
});

/** The objects of the cluster, with resource versions that grow with every write, as etcd's revision does. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

// biome-ignore lint/suspicious/noExplicitAny: any object of Kubernetes.
export type Json = any;

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: Json[];
  };
  [field: string]: Json;
}

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: string;
  readonly object: KubeObject;
  readonly revision: number;
}

const keyOf = (resource: string, namespace: string, name: string): string =>
  `${resource}/${namespace}/${name}`;

export class Objects {
  readonly changes: Change[] = [];
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Set<(change: Change) => void>();
  #revision = 100;

  get revision(): number {
    return this.#revision;
  }

  find(resource: string, namespace: string, name: string): KubeObject | undefined {
    const found = this.#objects.get(keyOf(resource, namespace, name));
    return found && structuredClone(found);
  }

  list(resource: string, namespace: string): readonly KubeObject[] {
    return [...this.#objects]
      .filter(([key]) => key.startsWith(`${resource}/${namespace === '' ? '' : `${namespace}/`}`))
      .map(([, object]) => structuredClone(object));
  }

  create(resource: string, object: Json): KubeObject {
    const made: KubeObject = structuredClone(object);
    made.metadata.uid = randomUUID();
    made.metadata.creationTimestamp = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    this.#put('ADDED', resource, made);
    return structuredClone(made);
  }

  /** A write that changes nothing moves nothing: the resource version stays. */
  update(resource: string, before: KubeObject, after: KubeObject): KubeObject {
    const next = structuredClone(after);
    next.metadata.resourceVersion = before.metadata.resourceVersion;
    if (isDeepStrictEqual(stripped(before), stripped(next))) return structuredClone(before);
    this.#put('MODIFIED', resource, next);
    return structuredClone(next);
  }

  remove(resource: string, object: KubeObject): void {
    const { namespace = '', name } = object.metadata;
    this.#objects.delete(keyOf(resource, namespace, name));
    this.#note({ type: 'DELETED', resource, object, revision: ++this.#revision });
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #put(type: Change['type'], resource: string, object: KubeObject): void {
    object.metadata.resourceVersion = String(++this.#revision);
    const { namespace = '', name } = object.metadata;
    this.#objects.set(keyOf(resource, namespace, name), object);
    this.#note({ type, resource, object: structuredClone(object), revision: this.#revision });
  }

  #note(change: Change): void {
    this.changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

const stripped = ({ metadata: { managedFields, ...metadata }, ...rest }: KubeObject): object => ({
  ...rest,
  metadata,
});

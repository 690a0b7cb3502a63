/** Short words for tests of the live store: declarations, and the steps of a key's life. */
import type { Fault } from '../../src/domain/errors.js';
import { ApiKey } from '../../src/domain/kinds/api-key.js';
import { Environment } from '../../src/domain/kinds/environment.js';
import type { ApiKeySpec, EnvironmentSpec, ServiceSpec } from '../../src/domain/kinds/index.js';
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import { Service } from '../../src/domain/kinds/service.js';
import { DOCUMENTS_MANAGER, type LiveObject, type Ownership } from '../../src/domain/live.js';
import type { Declaration, DeclarationOf, ObjectRef } from '../../src/domain/objects.js';
import type { Result } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { sinkIdOf } from '../../src/domain/sinks/index.js';
import type { Caller, Lease, LiveStore, Mutation, Outcome } from '../../src/ports/live-store.js';

export const CALLER: Caller = { actor: 'ada@build-7', path: 'test' };
export const OURS: Ownership = { project: 'acme', manager: DOCUMENTS_MANAGER };
/** A reconciler's recipient under `plainSealing`. */
export const RECIPIENT = 'to-reconciler';

/** The value of a result that must be good. */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** The code of a result that must not be good. */
export function refusal<T>(result: Result<T>): Fault['code'] {
  if (result.ok) throw new Error(`expected a refusal, got ${JSON.stringify(result.value)}`);
  return result.error.code;
}

export const environment = (name: string, spec: EnvironmentSpec = {}): DeclarationOf<'Environment'> => ({
  kind: 'Environment',
  metadata: { name },
  spec: normalForm(Environment.schema, spec),
});

export const service = (name: string, spec: ServiceSpec = {}): DeclarationOf<'Service'> => ({
  kind: 'Service',
  metadata: { name },
  spec: normalForm(Service.schema, spec),
});

/** A tenant's key in production without sinks, unless said otherwise. */
export const apiKey = (name: string, spec: Partial<ApiKeySpec> = {}): DeclarationOf<'ApiKey'> => ({
  kind: 'ApiKey',
  metadata: { name },
  spec: normalForm(ApiKey.schema, { environment: 'production', owner: { tenant: true }, ...spec }),
});

export const DOTENV = { dotenv: { path: 'secrets/a.env', variable: 'A_KEY' } } as const;

export const keyRef = (name: string): ObjectRef => ({ kind: 'ApiKey', name });
export const environmentRef = (name: string): ObjectRef => ({ kind: 'Environment', name });
export const serviceRef = (name: string): ObjectRef => ({ kind: 'Service', name });

/** A store with a lease in hand. */
export class TestStore {
  readonly store: LiveStore;
  readonly lease: Lease;

  constructor(store: LiveStore, lease: Lease) {
    this.store = store;
    this.lease = lease;
  }

  mutate(mutation: Mutation): Promise<Result<Outcome>> {
    return this.store.mutate(mutation, this.lease, CALLER);
  }

  async create(declaration: Declaration): Promise<Outcome> {
    return unwrap(await this.mutate({ kind: 'create', declaration, ownership: OURS }));
  }

  async remove(object: ObjectRef, overlapMs = 0): Promise<Result<Outcome>> {
    const revision = (await this.fetch(object)).revision;
    return this.mutate({ kind: 'delete', object, overlapMs, revision });
  }

  issue(name: string, generation: number, recipient = RECIPIENT): Promise<Result<Outcome>> {
    return this.mutate({ kind: 'issue', object: keyRef(name), generation, recipient });
  }

  /** Promotes with a confirmed delivery for every declared sink. */
  async promote(name: string, generation: number): Promise<Result<Outcome>> {
    const { declaration, key } = await this.fetch(keyRef(name));
    const fingerprint = key?.versions.find((version) => version.generation === generation)?.fingerprint ?? '';
    const sinks = declaration.kind === 'ApiKey' ? (declaration.spec.deliver ?? []) : [];
    const deliveries = sinks.map((sink) => ({ sink: sinkIdOf(sink), fingerprint, machine: 'build-7' }));
    return this.mutate({ kind: 'promote', object: keyRef(name), generation, deliveries });
  }

  /** Issues and promotes; gives the token, which the test world's sealing does not hide. */
  async rollOut(name: string, generation: number): Promise<Secret> {
    const issued = unwrap(await this.issue(name, generation)).issued;
    unwrap(await this.promote(name, generation));
    return tokenIn(issued?.sealed);
  }

  revoke(name: string, generations: readonly number[]): Promise<Result<Outcome>> {
    return this.mutate({ kind: 'revoke', object: keyRef(name), generations });
  }

  /** A guest by their id. */
  async fetchById(id: string): Promise<LiveObject> {
    const [ref] = unwrap(await this.store.resolve([{ kind: 'Guest', name: id }]));
    if (ref === undefined) throw new Error(`there is no ${id}`);
    return this.fetch(ref);
  }

  async fetch(ref: ObjectRef): Promise<LiveObject> {
    const [object] = unwrap(await this.store.fetch([ref]));
    if (object === undefined) throw new Error(`there is no ${ref.kind}/${ref.name}`);
    return object;
  }

  async code(token: Secret, consumer?: string): Promise<string> {
    return unwrap(await this.store.verify(token, {}, consumer)).code;
  }

  async entries(): Promise<number> {
    return unwrap(await this.store.verifyAudit()).entries;
  }
}

/** What `plainSealing` put in its box. */
export const tokenIn = (sealed: string | undefined): Secret => new Secret(sealed?.split('|')[1] ?? '');

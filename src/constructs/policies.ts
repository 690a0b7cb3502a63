/**
 * Rules over a part of an app, held when it is synthesized. They look at what is synthesized, overrides
 * included, and fail closed: what only Terraform could know breaks the rule that asks for it.
 */
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { readStack } from '../documents/stacks/stack.js';
import { parseDuration } from '../domain/time.js';
import type { Duration } from './duration.js';

/** Is a resource of Keywright as it is synthesized, for a policy to look at. */
export interface PolicySubject {
  /** `ApiKey`, `Guest` */
  readonly kind: string;
  readonly name: string;
  /** The spec as documents have it. What only Terraform knows stands in it as it is: `${var.name}`. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Is a rule: returns a sentence for each violation, none when it is kept. */
export type Policy = (subject: PolicySubject) => readonly string[];

const known = new WeakMap<IConstruct, Policies>();

/**
 * Holds rules over a part of an app, checked when it is synthesized: an app that breaks one is not synthesized.
 *
 * @example
 * ```ts
 * import { Duration, Policies } from 'keywright/constructs';
 * Policies.of(app)
 *   .requireRotation(Duration.days(90))
 *   .forbidPersonalKeys()
 *   .require(({ kind, name }) => (kind === 'ApiKey' && name.startsWith('tmp-') ? ['is temporary'] : []));
 * ```
 */
export class Policies {
  readonly #policies: Policy[] = [];

  /** Returns the policies of a construct and everything below it: an app, a stack, an environment. */
  static of(scope: IConstruct): Policies {
    const first = known.get(scope);
    if (first) return first;
    const policies = new Policies();
    known.set(scope, policies);
    scope.node.addValidation({ validate: () => policies.#violations(scope) });
    return policies;
  }

  /**
   * Requires that every key expires; with a limit, by `expiresAfter` and at most that long after it was issued.
   */
  requireExpiry(atMost?: Duration): this {
    return this.require(
      keys(({ expiresAfter, expiresAt }) => {
        if (atMost !== undefined) return withinLimit('expiresAfter', expiresAfter, atMost);
        return expiresAfter === undefined && expiresAt === undefined
          ? ['has neither expiresAfter nor expiresAt']
          : [];
      }),
    );
  }

  /** Requires that every key is rotated, at least this often. */
  requireRotation(atLeastEvery: Duration): this {
    return this.require(
      keys(({ rotation }) => withinLimit('rotation.every', record(rotation)['every'], atLeastEvery)),
    );
  }

  /** Forbids keys that belong to a person and end with them. */
  forbidPersonalKeys(): this {
    return this.require(
      keys(({ owner }) =>
        isOwnedBy(owner, 'user')
          ? ['belongs to a user, and ends with them; let a service or a team own it']
          : [],
      ),
    );
  }

  /** Forbids keys that belong to the tenant itself. */
  forbidTenantKeys(): this {
    return this.require(
      keys(({ owner }) =>
        isOwnedBy(owner, 'tenant') ? ['belongs to the tenant; let a service or a team own it'] : [],
      ),
    );
  }

  /** Requires that every guest's access expires after `atMost`. */
  requireGuestExpiry(atMost: Duration): this {
    return this.require(({ kind, spec }) =>
      kind === 'Guest' ? withinLimit('expiresAfter', spec['expiresAfter'], atMost) : [],
    );
  }

  /** Adds a rule of your own. */
  require(policy: Policy): this {
    this.#policies.push(policy);
    return this;
  }

  #violations(scope: IConstruct): string[] {
    return stacksOf(scope).flatMap((stack) => {
      const { documents, refusals } = readStack(stack.toTerraform());
      const isBelow = (path: string): boolean =>
        scope.node.path === '' || path === scope.node.path || path.startsWith(`${scope.node.path}/`);
      // What stands in no construct, by an override of the stack, is held to every policy in it.
      const isMeant = (path: string): boolean => isBelow(path) || /^keywright_[a-z_]+\.[^/]+$/.test(path);
      const broken = documents
        .filter(({ construct }) => isMeant(construct))
        .flatMap(({ construct, kind, document: { metadata, spec } }) => {
          const name = String(metadata['name']);
          const sentences = this.#policies.flatMap((policy) => policy({ kind, name, spec }));
          return sentences.map((sentence) => `${construct}: ${kind} "${name}" ${sentence}`);
        });
      const unknown = refusals.filter(({ construct, about }) => about === 'type' && isMeant(construct));
      return [...broken, ...unknown.map(({ construct, message }) => `${construct}: ${message}`)];
    });
  }
}

type Spec = Readonly<Record<string, unknown>>;

type KeySpec = {
  readonly [field in 'expiresAfter' | 'expiresAt' | 'rotation' | 'owner']?: unknown;
};

const keys =
  (check: (spec: KeySpec) => readonly string[]): Policy =>
  ({ kind, spec }) =>
    kind === 'ApiKey' ? check(spec) : [];

/** An owner that only Terraform knows may be a person or the tenant. */
const isOwnedBy = (owner: unknown, whom: string): boolean =>
  typeof owner === 'string' || record(owner)[whom] !== undefined;

function withinLimit(field: string, value: unknown, limit: Duration): readonly string[] {
  if (value === undefined) return [`has no ${field}; at most ${limit} is allowed`];
  const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
  if (parsed?.ok && parsed.value <= limit.toMilliseconds()) return [];
  return [`has ${field} ${String(value)}; at most ${limit} is allowed`];
}

const record = (value: unknown): Spec =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Spec) : {};

/** The stacks at or below a construct, or the one that it is in. */
function stacksOf(scope: IConstruct): readonly TerraformStack[] {
  const below = scope.node.findAll().filter(TerraformStack.isStack);
  return below.length > 0 ? below : [TerraformStack.of(scope)];
}

/** What a store holds before anything is declared (contract.md, fine print 3 and 4), and how it came. */
import { ApiKey } from './kinds/api-key.js';
import { Environment } from './kinds/environment.js';
import { normalForm } from './kinds/normal-form.js';
import { User } from './kinds/user.js';
import type { LiveObject } from './live.js';
import { type Declaration, type DeclarationOf, declarationDigest, refText } from './objects.js';
import type { KeyType } from './secret.js';

const firstEnvironment = (name: string, isProd: boolean): DeclarationOf<'Environment'> => ({
  kind: 'Environment',
  metadata: { name },
  spec: normalForm(Environment.schema, { isProd }),
});

export const FIRST_ENVIRONMENTS: readonly DeclarationOf<'Environment'>[] = [
  firstEnvironment('development', false),
  firstEnvironment('production', true),
];

/** One person has to be able to invite others. */
export const FIRST_OWNER: DeclarationOf<'User'> = {
  kind: 'User',
  metadata: { name: 'owner' },
  spec: normalForm(User.schema, { email: 'owner@localhost', roles: ['owner'] }),
};

const SUFFIXES = { secret: 'sk', publishable: 'pk' } as const satisfies Record<KeyType, string>;

/** One of the two keys that come and go with an environment: `<env>-sk` and `<env>-pk`. */
export const automaticKey = (environment: string, type: KeyType): DeclarationOf<'ApiKey'> => ({
  kind: 'ApiKey',
  metadata: { name: `${environment}-${SUFFIXES[type]}` },
  spec: normalForm(ApiKey.schema, { environment, type, owner: { tenant: true } }),
});

/** Came with the store, and neither a project nor a person has changed it since: a fresh store has it too. */
export function isAsItCame({ origin, ownership, declaration, digest }: LiveObject): boolean {
  if (origin !== 'system' || ownership !== undefined) return false;
  const first =
    declaration.kind === 'ApiKey'
      ? automaticKey(declaration.spec.environment, declaration.spec.type ?? 'secret')
      : FIRSTS.get(refText({ kind: declaration.kind, name: declaration.metadata.name }));
  return first !== undefined && declarationDigest(first) === digest;
}

const FIRSTS: ReadonlyMap<string, Declaration> = new Map(
  [...FIRST_ENVIRONMENTS, FIRST_OWNER].map((one) => [
    refText({ kind: one.kind, name: one.metadata.name }),
    one,
  ]),
);

/**
 * The two keys that every environment has (contract.md, fine print 4): `<env>-pk`, public and kept in
 * clear, and `<env>-sk`, sealed until it is claimed once. They come and go with the environment.
 */
import { automaticKey } from '../domain/first-start.js';
import { CLAIM_RECIPIENT } from '../domain/live.js';
import type { DeclarationOf } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { insertObject } from './insert-object.js';
import { issue } from './issue.js';
import { promote } from './promote.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Makes both, issued and promoted. A name that a key has already is left to that key. */
export async function makeAutomaticKeys(
  work: UnitOfWork,
  environment: DeclarationOf<'Environment'>,
): Promise<Result<void>> {
  for (const type of ['secret', 'publishable'] as const) {
    const declaration = automaticKey(environment.metadata.name, type);
    if (await work.tx.objects.find('ApiKey', declaration.metadata.name)) continue;
    const made = await makeAutomaticKey(work, declaration);
    if (!made.ok) return made;
  }
  return ok(undefined);
}

async function makeAutomaticKey(
  work: UnitOfWork,
  declaration: DeclarationOf<'ApiKey'>,
): Promise<Result<unknown>> {
  const object = { kind: 'ApiKey', name: declaration.metadata.name } as const;
  const inserted = await insertObject(work, { declaration, ownership: undefined, origin: 'system' });
  if (!inserted.ok) return inserted;
  const issued = await issue(work, { object, generation: 1, recipient: CLAIM_RECIPIENT });
  if (!issued.ok) return issued;
  return promote(work, { object, generation: 1, deliveries: [] });
}

/** What is a kind's own when callers create, change and remove its objects; all else is alike (objects.ts). */
import { fault } from '../../domain/errors.js';
import { kindOf, type ObjectKind } from '../../domain/kinds/index.js';
import type { Declaration, DeclarationOf, ObjectRef } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Change, Created, NewObject } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import type { NewObject as Inserted } from '../insert-object.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';

export interface Changing<D extends Declaration = Declaration> {
  readonly row: ObjectRow;
  readonly before: D;
  readonly after: D;
  readonly asked: Change;
}

export interface Creating<K extends ObjectKind = ObjectKind> {
  readonly asked: NewObject<K>;
  readonly row: ObjectRow;
  readonly by: By;
}

export interface KindRules<K extends ObjectKind = ObjectKind> {
  /** The live object that a caller names; absent: by name or id. */
  find?(work: UnitOfWork, ref: ObjectRef): Promise<Result<ObjectRow>>;
  /** What is to be declared, in normal form, once the caller may create it. */
  declare(
    work: UnitOfWork,
    asked: NewObject<K>,
    by: By,
  ): Promise<Result<Pick<Inserted, 'declaration' | 'inviterId'>>>;
  /** Once it is there. Gives what is shown of it this once. */
  created?(work: UnitOfWork, creating: Creating<K>): Promise<Result<Omit<Created<K>, 'object'>>>;
  /** The fields that a change means; absent: those that it gives. */
  fields?(work: UnitOfWork, row: ObjectRow, asked: Change, by: By): Promise<Result<object>>;
  mayChange(
    work: UnitOfWork,
    changing: Changing<DeclarationOf<K>>,
    by: By,
  ): Promise<Result<void>> | Result<void>;
  mayRemove(work: UnitOfWork, row: ObjectRow, by: By): Promise<Result<void>> | Result<void>;
}

/** `bad_request` with the first rule of its kind that it breaks. */
export function refuseBroken(declaration: Declaration): Result<void> {
  const [problem] = kindOf(declaration.kind).check(declaration.spec, declaration.metadata);
  if (problem === undefined) return ok(undefined);
  const field = problem.path.replace(/^(?:spec|metadata)\./, '');
  return fail(fault('bad_request', `${field} ${problem.message}`));
}

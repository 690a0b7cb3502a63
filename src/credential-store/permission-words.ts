/** Refuses unknown permissions: neither Keywright's, nor of a project that has declared them as its applications' own. */
import { fault } from '../domain/errors.js';
import { type Declaration, refOf, refText } from '../domain/objects.js';
import { isKnownPermission, nearestPermission } from '../domain/permissions.js';
import { fail, ok, type Result } from '../domain/result.js';
import { keptProjects } from './project-settings.js';
import type { UnitOfWork } from './unit-of-work.js';

/** `bad_request` with the nearest word. What was there `before` stays as it is. */
export async function refuseUnknownWords(
  work: UnitOfWork,
  declaration: Declaration,
  before?: Declaration,
): Promise<Result<void>> {
  const had = before === undefined ? [] : wordsOf(before);
  const unknown = wordsOf(declaration).filter((word) => !had.includes(word) && !isKnownPermission(word, []));
  if (unknown.length === 0) return ok(undefined);
  const projects = await keptProjects(work);
  if (!projects.ok) return projects;
  const custom = projects.value.flatMap(({ permissions }) => permissions);
  const word = unknown.find((one) => !isKnownPermission(one, custom));
  if (word === undefined) return ok(undefined);
  const near = nearestPermission(word, custom);
  const help =
    near === undefined
      ? "declare an application's own in its project: spec.permissions.custom"
      : `did you mean ${near}?`;
  return fail(
    fault('bad_request', `${refText(refOf(declaration))}: there is no permission ${word}; ${help}`),
  );
}

const wordsOf = ({ spec }: Declaration): readonly string[] =>
  'permissions' in spec ? (spec.permissions ?? []) : [];

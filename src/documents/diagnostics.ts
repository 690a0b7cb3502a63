/**
 * What is wrong with a document, and exactly where. The codes are a closed set, so that scripts match on
 * them; `docs/reference/errors.md` is derived from the table. Nothing here prints (view/diagnostics.ts).
 */
import type { Position } from '../domain/objects.js';

/** Every code with the sentence that documents it. */
export const DIAGNOSTICS = {
  no_project: 'There is no keywright.yaml in the working folder.',
  unreadable: 'A file or folder that should hold documents does not exist or cannot be read.',
  not_utf8: 'The file is not UTF-8 text.',
  too_large: 'A document is larger than any real one: in bytes, nodes, or nodes after aliases are expanded.',
  too_deep: 'A document is nested deeper than any real one.',
  control_character: 'A control, invisible, bidirectional or broken character stands where only text may.',
  yaml_syntax: 'The text is not YAML.',
  yaml_alias: 'An alias names no anchor before it, or stands inside what it names.',
  yaml_tag: 'Tags are refused: values have the types that YAML 1.2 gives them.',
  yaml_directive: 'Directives other than %YAML 1.2 are refused.',
  ambiguous_number: 'A number that readers take for different values, such as 017.',
  duplicate_key: 'A mapping has the same key twice.',
  not_a_document: 'A document is a mapping with apiVersion, kind, metadata and spec.',
  unknown_kind: 'There is no such kind of document, or no such apiVersion.',
  needs_terraform: 'A value or an argument of a CDK construct means something to Terraform alone.',
  unsupported: 'The contract names it, and this version does not know it yet.',
  unknown_field: 'The kind has no such field.',
  missing_field: 'A field that the kind needs is absent.',
  wrong_type: 'A value has another type than its field.',
  bad_value: 'A value has the right type and is not one that its field takes.',
  broken_rule: 'Fields that are right by themselves contradict one another or the policy of the project.',
  misplaced_project: 'A Project stands elsewhere than in keywright.yaml, or more or less than once there.',
  duplicate_object: 'Two documents declare the same object.',
  unknown_reference: 'A field names an object that is neither declared nor live.',
  cycle: 'Objects refer to one another in a circle.',
  sink_path: 'A sink would write outside the folders that the project allows, or into its store.',
  sink_conflict: 'Two deliveries would overwrite one another.',
  more: 'There are more errors than are shown.',
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTICS;

/** A stretch of one line in a file. `length` counts UTF-16 code units and is at least 1. */
export interface Place {
  readonly position: Position;
  readonly length: number;
  readonly sourceLine: string;
}

export interface Diagnostic extends Place {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  /** What is wrong, without the position. May quote the document: escape it before printing. */
  readonly message: string;
  /** What to do about it. */
  readonly help?: string;
}

/** A complaint that knows what is wrong and not yet where. */
export interface Complaint {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly help?: string | undefined;
}

export function errorAt(place: Place, { code, message, help }: Complaint): Diagnostic {
  const { position, length, sourceLine } = place;
  const known = { code, severity: 'error', message, position, length, sourceLine } as const;
  return help === undefined ? known : { ...known, help };
}

/** How many errors are worth showing at once. */
export const DIAGNOSTICS_MAX = 100;

/** In the order of files and lines; beyond DIAGNOSTICS_MAX only their number. */
export function ordered(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = [...diagnostics].sort((a, b) => comparePositions(a.position, b.position));
  const firstOmitted = sorted[DIAGNOSTICS_MAX];
  if (firstOmitted === undefined) return sorted;
  const message = `and ${sorted.length - DIAGNOSTICS_MAX} more`;
  return [...sorted.slice(0, DIAGNOSTICS_MAX), errorAt(firstOmitted, { code: 'more', message })];
}

const comparePositions = (a: Position, b: Position): number =>
  a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1;

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
  too_large: 'A document is too large: in bytes, nodes, or nodes after aliases are expanded.',
  too_deep: 'A document is nested too deeply.',
  secret_value: 'A document contains a Keywright token, in a value or in a comment.',
  control_character: 'A control, invisible, bidirectional or broken character in text.',
  yaml_syntax: 'The text is not valid YAML.',
  yaml_alias: 'An alias refers to no anchor before it, or is inside the anchor that it refers to.',
  yaml_tag: 'Tags are not allowed: values have the types that YAML 1.2 gives them.',
  yaml_directive: 'Directives other than %YAML 1.2 are not allowed.',
  ambiguous_number: 'A number that parsers read differently, such as 017.',
  duplicate_key: 'A mapping has the same key twice.',
  not_a_document: 'A document must be a mapping with apiVersion, kind, metadata and spec.',
  unknown_kind: 'The kind or the apiVersion of the document is unknown.',
  needs_terraform: 'A value or an argument of a CDK construct can be evaluated only by Terraform.',
  unsupported: 'This version does not support it yet.',
  unknown_field: 'The field is unknown for this kind.',
  missing_field: 'A required field is missing.',
  wrong_type: 'A value has the wrong type.',
  bad_value: 'A value is not allowed for its field.',
  broken_rule: 'Fields contradict each other or the policy of the project.',
  misplaced_project: 'A Project is declared outside keywright.yaml, or not exactly once in it.',
  duplicate_object: 'Two documents declare the same object.',
  unknown_reference: 'A field refers to an object that is neither declared nor live.',
  unknown_permission: 'A permission is neither in the catalogue nor declared by the project.',
  cycle: 'Objects refer to each other in a cycle.',
  sink_path: 'A sink is outside the folders that the project allows, or inside its store.',
  sink_conflict: 'Two deliveries use the same sink.',
  more: 'Not all errors are shown.',
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

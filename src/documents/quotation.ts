/**
 * What an error may quote: lines of the project's own documents and of no other file. A file that only happens to lie
 * where documents are read (a service account's key, a kubeconfig) is refused without a word of what is in it.
 */
import { API_VERSION } from '../domain/kinds/document-schema.js';
import { isKindName, KINDS } from '../domain/kinds/index.js';
import { DIAGNOSTICS, type Diagnostic } from './diagnostics.js';
import type { SpecFile } from './spec-file.js';
import { didYouMean } from './suggest.js';

/** `kind: ApiKey` or `"kind": "ApiKey"`, at the beginning of a line or in braces. */
const KIND = /(?:^|[{,])[ \t]*["']?kind["']?[ \t]*:[ \t]*["']?(\w{1,64})/gm;

/** Does the file say of one document at least that it is Keywright's, a slip in the kind's name included? */
export function isRecognized({ source: { text } }: SpecFile): boolean {
  if (text.includes(API_VERSION.slice(0, API_VERSION.indexOf('/')))) return true;
  for (const [, name = ''] of text.matchAll(KIND))
    if (isKindName(name) || didYouMean(name, Object.keys(KINDS)) !== undefined) return true;
  return false;
}

/** The same errors, at the same positions, of a file that is not recognized: what they say quotes nothing. */
export const unquoted = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.map(({ code, severity, position }) => ({
    ...{ code, severity, position, length: 1, sourceLine: '' },
    message: DIAGNOSTICS[code].replace(/\.$/, ''),
    help: 'if it is a document of this project, give it a kind; else move it to another folder',
  }));

/** Documents as YAML that people keep: one after another, what cannot be said in comments above. */
import { Document as YamlDocument } from 'yaml';
import { SCHEMA_LINE } from '../domain/kinds/document-schema.js';
import { withoutTokensIn } from '../domain/secret.js';
import type { LiveDocument } from './export.js';
import { printable } from './text-format.js';

/** For files that people edit: an editor checks each of them. Ends with a newline; empty for none. */
export const documentsForEditors = (documents: readonly LiveDocument[]): string =>
  documents.map((one) => SCHEMA_LINE + documentYaml(one)).join('---\n');

/** Ends with a newline; empty for none. */
export const documentsYaml = (documents: readonly LiveDocument[]): string =>
  documents.map(documentYaml).join('---\n');

function documentYaml({ document, notes }: LiveDocument): string {
  const yaml = new YamlDocument(withoutTokensIn(document), { aliasDuplicateObjects: false });
  if (notes.length > 0) yaml.commentBefore = notes.map((note) => ` ${printable(note)}`).join('\n');
  return yaml.toString({ lineWidth: 0 });
}

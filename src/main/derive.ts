/** The files that are derived from the source, and writing them down. Importing this runs nothing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openApi } from '../http/openapi.js';
import { outputSchema } from '../render/output-schema.js';
import {
  errorsPage,
  kindsPage,
  lifecycleText,
  permissionsPage,
  reasonsPage,
  schemaText,
} from '../render/reference.js';
import { resourcesPage } from '../render/resources-page.js';
import { ROUTES } from './routes.js';

/** Path below the root of the package, and the text that belongs there. */
export const DERIVED: Readonly<Record<string, () => string>> = {
  'docs/reference/kinds.md': kindsPage,
  'docs/reference/resources.md': resourcesPage,
  'docs/reference/reasons.md': reasonsPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/permissions.md': permissionsPage,
  'docs/reference/lifecycle.md': lifecycleText,
  'docs/reference/keywright.schema.json': schemaText,
  'docs/reference/output.schema.json': () => `${JSON.stringify(outputSchema(), null, 2)}\n`,
  'docs/reference/openapi.json': () => `${JSON.stringify(openApi(ROUTES), null, 2)}\n`,
};

/** Writes every derived file below `root`. */
export async function derive(root: string): Promise<void> {
  for (const [path, text] of Object.entries(DERIVED)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text());
  }
}

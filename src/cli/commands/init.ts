/** `keywright init`: a project to start from. Never writes over anything. */
import { constants } from 'node:fs';
import { access, appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SCHEMA_LINE } from '../../domain/kinds/document-schema.js';
import type { Result } from '../../domain/result.js';
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { type Failure, failure } from '../failure.js';
import { printObject } from '../output.js';

const project = (name: string): string => `${SCHEMA_LINE}apiVersion: keywright.dev/v1
kind: Project
metadata: { name: ${name} }
spec:
  store: .keywright # the live store: a folder, embedded
  specs: [specs] # where the documents are
`;

const FIRST_KEY = `${SCHEMA_LINE}apiVersion: keywright.dev/v1
kind: Service # owns keys, so that no key dies with a person
metadata: { name: billing }
spec: { description: Invoices, stewards: [you@example.com] }
---
${SCHEMA_LINE}apiVersion: keywright.dev/v1
kind: ApiKey
metadata: { name: billing-dev }
spec:
  environment: development
  owner: { service: billing }
  rotation: { every: 90d, overlap: 24h }
  deliver:
    - dotenv: { path: secrets/billing.env, variable: BILLING_API_KEY }
`;

/** What must not be committed: the store, with its master key, and the delivered secrets. */
const IGNORED = ['.keywright/', 'secrets/'];

export const init: Command = {
  name: 'init',
  description:
    'Start a project in the working folder: keywright.yaml, a first key in specs/, and lines in .gitignore.',
  examples: ['keywright init', 'keywright -C platform init'],
  run: async (context) => {
    const { folder } = context.flags;
    const files = { 'keywright.yaml': project(projectName(folder)), 'specs/billing.yaml': FIRST_KEY };
    for (const file of Object.keys(files)) {
      if (await exists(join(folder, file)))
        return failure(
          'exists',
          `${file} already exists, so nothing was written; remove it, or use another folder with -C DIR`,
        );
    }
    const written = await write(folder, files);
    if (!written.ok) return written;
    if (context.flags.output === 'json')
      printObject('Initialization', { created: Object.keys(files) }, context);
    else context.terminal.out(`Created ${Object.keys(files).join(' and ')}. Next: keywright plan\n`);
    return ok(EXIT.done);
  },
};

async function write(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<Result<void, Failure>> {
  try {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text, { flag: 'wx' });
    }
    const ignore = join(folder, '.gitignore');
    const present = await readFile(ignore, 'utf8').catch(() => '');
    const missing = IGNORED.filter((line) => !present.split(/\r?\n/).includes(line));
    const gap = present === '' || present.endsWith('\n') ? '' : '\n';
    if (missing.length > 0) await appendFile(ignore, `${gap}${missing.join('\n')}\n`);
    return ok(undefined);
  } catch (cause) {
    return failure(
      'usage',
      `the project could not be written: ${cause instanceof Error ? cause.message : cause}`,
    );
  }
}

/** The folder's name as a DNS label. */
function projectName(folder: string): string {
  const label = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return label === '' ? 'my-platform' : label;
}

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );

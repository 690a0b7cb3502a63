/** Projects to measure with: folders of documents as a platform team would keep them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const KEYS_PER_FILE = 100;
const SERVICES = 50;

/** Where a key's secret goes, as the lines of its `deliver`. `file` counts the documents' files. */
export type SinkLayout = (key: {
  readonly name: string;
  readonly file: string;
  readonly index: number;
}) => string;

/** A hundred variables in a dotenv file. */
export const dotenvLayout: SinkLayout = ({ file, index }) =>
  `dotenv: { path: secrets/${file}.env, variable: API_KEY_${index} }`;

/** A raw file for each key, a hundred in a folder. */
export const rawFileLayout: SinkLayout = ({ file, name }) => `file: { path: secrets/${file}/${name} }`;

const PROJECT = `apiVersion: keywright.dev/v1
kind: Project
metadata: { name: fleet }
spec: {}
`;

/** A temporary folder, gone with the process that asked for it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a project of `keys` keys of fifty services, a hundred documents a file, into an empty folder. */
export function writeFleet(folder: string, keys: number, layout: SinkLayout): void {
  const specs = join(folder, 'specs');
  mkdirSync(specs, { recursive: true });
  writeFileSync(join(folder, 'keywright.yaml'), PROJECT);
  writeFileSync(join(specs, 'services.yaml'), documents(SERVICES, serviceDocument));
  for (let first = 0; first < keys; first += KEYS_PER_FILE) {
    const inFile = Math.min(KEYS_PER_FILE, keys - first);
    const text = documents(inFile, (at) => keyDocument(first + at, layout));
    writeFileSync(join(specs, `keys-${keyAt(first).file}.yaml`), text);
  }
}

/** Gives one document of one file another label, which no earlier call gave it. */
export function changeOneDocument(folder: string, edition: number): void {
  const path = join(folder, 'specs', 'keys-0000.yaml');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/tier: tier-[0-9]+/, `tier: tier-${edition}`));
}

/** Every file of documents, with its path. */
export const specFiles = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'specs')).map((file) => join(folder, 'specs', file));

/** How many keys a fleet declares. */
export const keysIn = (folder: string): number => (specFiles(folder).length - 1) * KEYS_PER_FILE;

const documents = (count: number, document: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => document(at)).join('---\n');

const serviceDocument = (at: number): string => `apiVersion: keywright.dev/v1
kind: Service
metadata: { name: service-${padded(at, 2)} }
spec: { description: "Service number ${at}", permissions: [spaces:read, events:read] }
`;

/** The key with this index, as its document has it. */
export const keyAt = (index: number) => ({
  name: `key-${padded(index, 6)}`,
  file: padded(Math.floor(index / KEYS_PER_FILE), 4),
  tier: `tier-${index % 7}`,
  service: `service-${padded(index % SERVICES, 2)}`,
});

function keyDocument(index: number, layout: SinkLayout): string {
  const { name, file, tier, service } = keyAt(index);
  return `apiVersion: keywright.dev/v1
kind: ApiKey
metadata:
  name: ${name}
  labels: { tier: ${tier} }
spec:
  environment: production
  owner: { service: ${service} }
  permissions: [spaces:read, events:read]
  expiresAfter: 180d
  rotation: { every: 90d, overlap: 24h }
  deliver:
    - ${layout({ name, file, index })}
`;
}

const padded = (number: number, digits: number): string => String(number).padStart(digits, '0');

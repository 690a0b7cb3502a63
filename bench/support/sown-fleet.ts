/**
 * A fleet too large to wait for while it is applied: the first file of keys is applied by the command, and all
 * others are rows and files of secrets like theirs, each with a token of its own. Only the log does not mention them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemEntropy } from '../../src/adapters/system.js';
import { deliveriesOf, deliveriesText } from '../../src/credential-store/deliveries.js';
import { type Keyring, openKeyring } from '../../src/credential-store/keyring.js';
import { keyFactsOf, signObject, signVersion, versionFactsOf } from '../../src/credential-store/rows.js';
import type { KeyringRow, ObjectRow, VersionRow } from '../../src/credential-store/storage-port.js';
import { canonicalJson } from '../../src/domain/canonical.js';
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import { quietUntil } from '../../src/domain/lifecycle.js';
import { type DeclarationOf, declarationDigest } from '../../src/domain/objects.js';
import { base62, fingerprintOf, mintKey, Secret } from '../../src/domain/secret.js';
import { SqliteConnection } from '../../src/storage/sqlite/driver.js';
import { dotenvLayout, KEYS_PER_FILE, keyAt, writeFleet } from './fleet.js';
import { keywright, runNode } from './processes.js';

/** Rows a transaction. */
const BATCH = 10_000;

interface Rows {
  readonly object: ObjectRow;
  readonly version: VersionRow;
}

/** Writes a project of `keys` keys into an empty folder, with the store and the sinks that it comes to. */
export async function sowFleet(cwd: string, keys: number): Promise<void> {
  writeFleet(cwd, KEYS_PER_FILE, dotenvLayout);
  await runNode({ args: keywright('apply', '--auto-approve'), cwd });
  writeFleet(cwd, keys, dotenvLayout);
  const store = new SqliteConnection(join(cwd, '.keywright/store.db'));
  const keyring = keyringOf(cwd, store);
  const applied = appliedRows(store);
  for (let first = KEYS_PER_FILE; first < keys; first += BATCH) {
    store.execute('begin immediate');
    for (let index = first; index < Math.min(first + BATCH, keys); index += KEYS_PER_FILE)
      sowFile(cwd, { store, keyring, applied, first: index });
    store.execute('commit');
  }
  store.close();
}

function keyringOf(cwd: string, store: SqliteConnection): Keyring {
  const masterKey = new Secret(readFileSync(join(cwd, '.keywright/master.key'), 'utf8').trim());
  const keyring = openKeyring(store.all('select * from keyring') as KeyringRow[], masterKey);
  if (!keyring.ok) throw new Error(keyring.error.message);
  return keyring.value;
}

/** A key as an apply leaves it. */
function appliedRows(store: SqliteConnection): Rows {
  const [object] = store.all(`select * from objects where kind = 'ApiKey' and project is not null limit 1`);
  const { id } = object as ObjectRow;
  const [version] = store.all('select * from versions where object_id = ?', [id]);
  return { object: object as ObjectRow, version: version as VersionRow };
}

interface Sowing {
  readonly store: SqliteConnection;
  readonly keyring: Keyring;
  readonly applied: Rows;
  /** The index of the file's first key. */
  readonly first: number;
}

function sowFile(cwd: string, { store, keyring, applied, first }: Sowing): void {
  const lines: string[] = [];
  for (let index = first; index < first + KEYS_PER_FILE; index++) {
    const { environment, service, token, object, version } = sown(index, applied, keyring);
    insert(store, 'objects', object);
    insert(store, 'versions', version);
    insert(store, 'object_references', { object_id: object.id, kind: 'Environment', name: environment });
    insert(store, 'object_references', { object_id: object.id, kind: 'Service', name: service });
    lines.push(`# keywright: ApiKey/${object.name} version 1\nAPI_KEY_${index}=${token.reveal()}\n`);
  }
  writeFileSync(join(cwd, `secrets/${keyAt(first).file}.env`), lines.join(''), { mode: 0o600 });
}

/** The rows of the key with this index, beside its token and what it refers to. */
function sown(index: number, applied: Rows, keyring: Keyring) {
  const { name, file, tier, service } = keyAt(index);
  const like = JSON.parse(applied.object.declaration) as DeclarationOf<'ApiKey'>;
  const dotenv = { path: `secrets/${file}.env`, variable: `API_KEY_${index}` };
  const spec = { ...like.spec, owner: { service }, deliver: [{ dotenv }] };
  const declaration = { ...like, metadata: { name, labels: { tier } }, spec };

  const { id: token_id, token } = mintKey('secret', true, systemEntropy);
  const drawn = {
    ...{ token_id, object_id: `us_key_${base62(16, systemEntropy)}` },
    ...{ token_mac: keyring.tokenMac(token), fingerprint: fingerprintOf(token.reveal()) },
  };
  const version = signVersion({ ...applied.version, ...drawn }, keyring);
  const [delivery] = deliveriesOf(applied.object.deliveries);
  if (delivery === undefined) throw new Error('the applied key was not delivered');
  const confirmed = { ...delivery, sink: sinkIdOf({ dotenv }), fingerprint: drawn.fingerprint };
  const row = {
    ...applied.object,
    ...{ id: drawn.object_id, name, declaration: canonicalJson(declaration) },
    ...{ digest: declarationDigest(declaration), deliveries: deliveriesText([confirmed], 1) },
  };
  const quiet_until = quietUntil(name, spec, keyFactsOf(row, [versionFactsOf(version)], undefined));
  const object = signObject({ ...row, quiet_until }, keyring);
  return { environment: spec.environment, service, token, version, object };
}

function insert(store: SqliteConnection, table: string, row: object): void {
  const columns = Object.keys(row);
  store.run(
    `insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()})`,
    Object.values(row),
  );
}

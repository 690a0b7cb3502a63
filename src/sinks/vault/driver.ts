/**
 * Secrets of a KV v2 engine in Vault or OpenBao. Reading is one GET, so that the values and the version are of one moment;
 * writing replaces all fields on the condition that the version is still that one.
 */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Call, Driver, Held, OpenDriver } from '../driver.js';
import { type VaultAnswer, type VaultClient, vaultClient } from './client.js';
import { type Fields, type HeldSecret, heldSecret, isObject, merged, objectIn } from './content.js';

export const openVault: OpenDriver = (connection, world) => {
  const spec = connection?.spec.vault;
  if (spec === undefined) throw new Error('a vault sink without its connection passed the checks');
  return vaultDriver(vaultClient(spec, world));
};

interface Location {
  readonly mount: string;
  readonly path: string;
}

/** `CONNECTION/MOUNT:PATH`, as the type of sink says it. */
function locationOf(object: string): Location {
  const rest = object.slice(object.indexOf('/') + 1);
  const colon = rest.indexOf(':');
  return { mount: rest.slice(0, colon), path: rest.slice(colon + 1) };
}

function vaultDriver(client: VaultClient): Driver {
  /** Mounts that showed that they are KV v2. */
  const known = new Set<string>();

  async function write(
    object: string,
    fields: Fields,
    over: Held | undefined,
    call: Call,
  ): Promise<Result<string>> {
    const { mount, path } = locationOf(object);
    const checked = over === undefined ? await isVersioned(mount, call) : ok(undefined);
    if (!checked.ok) return checked;
    const body = { options: { cas: Number(over?.revision ?? 0) }, data: fields };
    const written = await client.ask({ method: 'POST', path: `/v1/${mount}/data/${path}`, body }, call);
    return written.ok ? versionIn(written.value) : written;
  }

  /**
   * An absent secret looks alike in KV v1 and v2, and v1 takes a write of v2 as fields of its own, on no condition. This is
   * what the `vault kv` command asks, and needs no policy of its own.
   */
  async function isVersioned(mount: string, call: Call): Promise<Result<void>> {
    if (known.has(mount)) return ok(undefined);
    const answer = await client.ask({ method: 'GET', path: `/v1/sys/internal/ui/mounts/${mount}` }, call);
    if (!answer.ok) return answer;
    const { data } = objectIn(answer.value.body);
    const { type, options } = isObject(data) ? data : {};
    if (type !== 'kv' || !isObject(options) || options['version'] !== '2')
      return fail(
        fault(
          'sink_refused',
          `the engine at ${mount} is ${type === 'kv' ? 'KV version 1' : 'not KV'}, which has no conditional writes. Use a KV version 2 mount, or upgrade it with \`vault kv enable-versioning ${mount}\`.`,
        ),
      );
    known.add(mount);
    return ok(undefined);
  }

  return {
    read: async (object, call) => {
      const { mount, path } = locationOf(object);
      const answer = await client.ask({ method: 'GET', path: `/v1/${mount}/data/${path}` }, call);
      if (!answer.ok) return answer;
      const held = heldSecret(answer.value.body);
      if (held !== undefined) {
        known.add(mount);
        return ok(held);
      }
      // Absent, or an engine of another sort.
      const checked = await isVersioned(mount, call);
      return checked.ok ? ok(undefined) : checked;
    },
    write: async (object, change, call) => {
      const held = fieldsOf(change.over);
      if (!held.ok) return held;
      const fields = merged(held.value, change);
      const written = await write(object, fields, change.over, call);
      if (!written.ok) return written;
      if (change.remove.length > 0 && Object.keys(fields).length === 0)
        await clear(object, written.value, call);
      return ok(undefined);
    },
    touch: async (object, over, call) => {
      const held = fieldsOf(over);
      if (!held.ok) return held;
      const written = await write(object, held.value, over, call);
      return written.ok ? ok(undefined) : written;
    },
  };

  /**
   * Deletes the version with nothing in it that was just written, and no other: deleting the latest one would delete what
   * another process wrote meanwhile. The secret is out already, so that the outcome does not matter.
   */
  async function clear(object: string, version: string, call: Call): Promise<void> {
    const { mount, path } = locationOf(object);
    await client.ask(
      { method: 'POST', path: `/v1/${mount}/delete/${path}`, body: { versions: [Number(version)] } },
      call,
    );
  }
}

/** The fields that were read, all of them: what is read by this driver has more than its values. */
function fieldsOf(over: Held | undefined): Result<Fields> {
  if (over === undefined) return ok({});
  const { fields, isInexact } = over as HeldSecret;
  if (isInexact)
    return fail(
      fault(
        'sink_refused',
        'another field of the secret is a number that cannot be written back exactly. Keep it as a string, or in a secret of its own.',
      ),
    );
  return ok(fields ?? Object.fromEntries(over.values ?? []));
}

/** An answer of success without a version is of no KV v2 engine: what became of the write is unknown. */
function versionIn({ body }: VaultAnswer): Result<string> {
  const { data } = objectIn(body);
  const version = isObject(data) ? data['version'] : undefined;
  return typeof version === 'number'
    ? ok(`${version}`)
    : fail(fault('sink_unavailable', 'the server answered the write without the version that it made'));
}

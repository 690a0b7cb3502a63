/**
 * Secrets in AWS Secrets Manager. A new version is put beside the current one, under Keywright's label, and then the label
 * AWSCURRENT is moved to it from the version that was read: AWS refuses that unless the label is still on that one. The id of
 * the version is derived from what it is made of, so that the next run after a crash finds it instead of putting another one:
 * AWS asks for at most one put in ten minutes over a long time, and keeps a hundred versions.
 */
import { hash } from 'node:crypto';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { parseToken, type Secret } from '../../domain/secret.js';
import { AWS_VALUE_MAX_BYTES } from '../../domain/sinks/aws-secrets-manager.js';
import type { Call, Driver, DriverWorld, Held, NamedConnection, Write } from '../driver.js';
import { fieldText, type JsonFields, jsonFields, jsonText } from './json-fields.js';
import { type AskAws, openAws } from './service.js';

const CURRENT = 'AWSCURRENT';
/** Keeps the version that is about to be current from being removed. AWSPENDING is the label of AWS's own rotation. */
const OWN_LABEL = 'KEYWRIGHT';
/** Part of the ids of versions: to be changed with how a value is written. */
const FORM = 'keywright-1';

/** With the text that a write changes fields in. */
interface AwsHeld extends Held {
  readonly fields: JsonFields;
}

export function openAwsSecretsManager(connection: NamedConnection | undefined, world: DriverWorld): Driver {
  const spec = connection?.spec.aws;
  if (spec === undefined) throw new Error('a sink without a connection to AWS passed the checks');
  const ask = openAws(spec, world);
  return {
    read: (object, call) => read(ask, nameOf(object), call),
    write: async (object, { set, remove, over }, call) => {
      const secret = nameOf(object);
      const fields = new Map((over as AwsHeld | undefined)?.fields);
      for (const name of remove) fields.delete(name);
      for (const [name, value] of set) fields.set(name, JSON.stringify(value.reveal()));
      const id = versionId({ set, remove, over }, world);
      return put(ask, { secret, id, text: jsonText(fields), over: over?.revision }, call);
    },
    touch: (object, over, call) => {
      const id = hash('sha256', [FORM, 'touch', over.revision].join('\n'), 'hex');
      const text = jsonText((over as AwsHeld).fields);
      return put(ask, { secret: nameOf(object), id, text, over: over.revision }, call);
    },
  };
}

/** An object is `CONNECTION/NAME`; names have slashes too. */
const nameOf = (object: string): string => object.slice(object.indexOf('/') + 1);

async function read(ask: AskAws, secret: string, call: Call): Promise<Result<Held | undefined>> {
  const found = await ask({ operation: 'GetSecretValue', secret, fields: { SecretId: secret } }, call);
  // Also of a secret without a value, which is as good as none.
  if (!found.ok)
    return found.error.type === 'ResourceNotFoundException' ? ok(undefined) : fail(found.error.fault);
  const { SecretString, VersionId } = found.value;
  const fields = typeof SecretString === 'string' ? jsonFields(SecretString) : undefined;
  if (fields === undefined || typeof VersionId !== 'string')
    return fail(
      fault(
        'sink_refused',
        `the value of the secret ${secret} is not a JSON object, so it has no fields to set. Make it one, or deliver to another secret.`,
      ),
    );
  const values = new Map([...fields].map(([name, value]) => [name, fieldText(value)]));
  const held: AwsHeld = { values, revision: VersionId, fields };
  return ok(held);
}

/**
 * The same for the same change of the same version, in any process. A token of Keywright stands in it with its public id; of
 * any other secret nothing may, not even a hash, because it may be guessable: then the id is drawn by chance.
 */
function versionId(
  { set, remove, over }: Omit<Write, 'of'>,
  { entropy }: Pick<DriverWorld, 'entropy'>,
): string {
  const ids = [...set.values()].map((value: Secret) => parseToken(value.reveal())?.id);
  if (ids.includes(undefined)) return Buffer.from(entropy.bytes(32)).toString('hex');
  const change = [...set.keys()].map((name, nth) => `${name}=${ids[nth]}`);
  return hash('sha256', [FORM, over?.revision ?? '', ...change, '-', ...remove].join('\n'), 'hex');
}

interface Version {
  readonly secret: string;
  readonly id: string;
  readonly text: string;
  /** The version that is current; undefined: none is. */
  readonly over: string | undefined;
}

async function put(ask: AskAws, version: Version, call: Call): Promise<Result<void>> {
  const { secret, id, text, over } = version;
  const bytes = Buffer.byteLength(text);
  if (bytes > AWS_VALUE_MAX_BYTES)
    return fail(
      fault(
        'sink_refused',
        `the secret ${secret} would have ${bytes} bytes; AWS takes at most ${AWS_VALUE_MAX_BYTES}`,
      ),
    );
  const value = { ClientRequestToken: id, SecretString: text };
  const made = await ask(
    {
      operation: 'PutSecretValue',
      secret,
      fields: { SecretId: secret, ...value, VersionStages: [OWN_LABEL] },
    },
    call,
  );
  if (!made.ok) {
    const isAbsent = made.error.type === 'ResourceNotFoundException' && over === undefined;
    return isAbsent ? create(ask, { secret, value }, call) : fail(made.error.fault);
  }
  // The first version of a secret that had none is current at once.
  const { VersionStages } = made.value;
  if (over === undefined && Array.isArray(VersionStages) && VersionStages.includes(CURRENT))
    return ok(undefined);
  const move = {
    VersionStage: CURRENT,
    MoveToVersionId: id,
    ...(over !== undefined && { RemoveFromVersionId: over }),
  };
  const moved = await ask(
    { operation: 'UpdateSecretVersionStage', secret, fields: { SecretId: secret, ...move } },
    call,
  );
  return moved.ok ? ok(undefined) : fail(moved.error.fault);
}

/** Fails when it exists meanwhile. */
async function create(
  ask: AskAws,
  { secret, value }: { readonly secret: string; readonly value: Readonly<Record<string, string>> },
  call: Call,
): Promise<Result<void>> {
  const made = await ask({ operation: 'CreateSecret', secret, fields: { Name: secret, ...value } }, call);
  return made.ok ? ok(undefined) : fail(made.error.fault);
}

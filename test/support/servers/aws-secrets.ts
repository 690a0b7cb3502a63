/** What AWS Secrets Manager keeps: secrets, their versions and staging labels, with the limits that are documented. */
import { randomBytes } from 'node:crypto';

export class AwsError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

interface Version {
  readonly id: string;
  readonly value: { readonly SecretString?: string; readonly SecretBinary?: string };
  readonly createdAt: number;
  readonly labels: Set<string>;
}

export interface AwsSecret {
  readonly name: string;
  readonly arn: string;
  /** Of a customer managed key; absent: aws/secretsmanager. */
  readonly kmsKeyArn: string | undefined;
  readonly versions: Map<string, Version>;
  deletedAt?: number | undefined;
}

/** One change of what is current, in the order in which they were made. */
export interface BecameCurrent {
  readonly name: string;
  readonly versionId: string;
  readonly value: string;
}

type Fields = Readonly<Record<string, unknown>>;

const VERSIONS_MAX = 100;
const LABELS_MAX = 20;
const VALUE_MAX_BYTES = 65_536;
const DAY_MS = 24 * 60 * 60_000;

export class AwsSecrets {
  readonly secrets = new Map<string, AwsSecret>();
  readonly history: BecameCurrent[] = [];

  readonly #arnPrefix: string;
  readonly #now: () => number;

  constructor(arnPrefix: string, now: () => number) {
    this.#arnPrefix = arnPrefix;
    this.#now = now;
  }

  /** By name or ARN. */
  find(id: unknown): AwsSecret {
    const found = [...this.secrets.values()].find(({ name, arn }) => name === id || arn === id);
    if (found === undefined)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return found;
  }

  create({ Name, ClientRequestToken, SecretString, SecretBinary, KmsKeyId }: Fields): Fields {
    if (typeof Name !== 'string' || !/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(Name))
      throw new AwsError(
        'ValidationException',
        'Invalid name. Must be a valid name containing alphanumeric characters',
      );
    const existing = this.secrets.get(Name);
    if (existing?.deletedAt !== undefined)
      throw new AwsError(
        'InvalidRequestException',
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    if (existing !== undefined) {
      const same = existing.versions.get(String(ClientRequestToken))?.value;
      if (same !== undefined && same.SecretString === SecretString && same.SecretBinary === SecretBinary)
        return { ARN: existing.arn, Name, VersionId: ClientRequestToken };
      throw new AwsError(
        'ResourceExistsException',
        `The operation failed because the secret ${Name} already exists.`,
      );
    }
    const suffix = randomBytes(8).toString('hex').slice(0, 6);
    const arn = `${this.#arnPrefix}${Name}-${suffix}`;
    const made: AwsSecret = {
      name: Name,
      arn,
      kmsKeyArn: KmsKeyId as string | undefined,
      versions: new Map(),
    };
    if (SecretString === undefined && SecretBinary === undefined) {
      this.secrets.set(Name, made);
      return { ARN: arn, Name };
    }
    const version = this.#version({ ClientRequestToken, SecretString, SecretBinary });
    this.secrets.set(Name, made);
    made.versions.set(version.id, version);
    this.#move(made, 'AWSCURRENT', version);
    return { ARN: arn, Name, VersionId: version.id };
  }

  get(secret: AwsSecret, { VersionId, VersionStage = 'AWSCURRENT' }: Fields): Fields {
    this.#mustLive(secret);
    const version =
      VersionId === undefined
        ? holderOf(secret, String(VersionStage))
        : secret.versions.get(String(VersionId));
    if (version === undefined)
      throw new AwsError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for staging label: ${VersionStage}`,
      );
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      ...version.value,
      VersionStages: [...version.labels],
      CreatedDate: version.createdAt / 1000,
    };
  }

  put(secret: AwsSecret, fields: Fields): Fields {
    this.#mustLive(secret);
    const { ClientRequestToken, SecretString, SecretBinary, VersionStages } = fields;
    const existing = secret.versions.get(String(ClientRequestToken));
    const answer = (version: Version): Fields => ({
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      VersionStages: [...version.labels],
    });
    if (existing !== undefined) {
      if (existing.value.SecretString === SecretString && existing.value.SecretBinary === SecretBinary)
        return answer(existing);
      throw new AwsError('ResourceExistsException', 'A resource with the ID you requested already exists.');
    }
    const version = this.#version({ ClientRequestToken, SecretString, SecretBinary });
    const isFirst = secret.versions.size === 0;
    const labels = VersionStages === undefined ? ['AWSCURRENT'] : (VersionStages as string[]);
    const all = new Set([...[...secret.versions.values()].flatMap((one) => [...one.labels]), ...labels]);
    if (all.size > LABELS_MAX) throw new AwsError('LimitExceededException', 'Too many staging labels.');
    this.#makeRoom(secret);
    secret.versions.set(version.id, version);
    for (const label of isFirst ? new Set([...labels, 'AWSCURRENT']) : labels)
      this.#move(secret, label, version);
    return answer(version);
  }

  updateStage(secret: AwsSecret, { VersionStage, MoveToVersionId, RemoveFromVersionId }: Fields): Fields {
    this.#mustLive(secret);
    const label = String(VersionStage);
    const holder = holderOf(secret, label);
    if (RemoveFromVersionId !== undefined && holder?.id !== RemoveFromVersionId)
      throw new AwsError(
        'InvalidParameterException',
        `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
      );
    if (MoveToVersionId === undefined) {
      if (label === 'AWSCURRENT')
        throw new AwsError('InvalidParameterException', "You can't remove the staging label AWSCURRENT.");
      holder?.labels.delete(label);
      return { ARN: secret.arn, Name: secret.name };
    }
    const to = secret.versions.get(String(MoveToVersionId));
    if (to === undefined)
      throw new AwsError(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret version.",
      );
    if (holder !== undefined && holder !== to && RemoveFromVersionId === undefined)
      throw new AwsError(
        'InvalidParameterException',
        `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    this.#move(secret, label, to);
    return { ARN: secret.arn, Name: secret.name };
  }

  describe(secret: AwsSecret): Fields {
    return {
      ARN: secret.arn,
      Name: secret.name,
      ...(secret.deletedAt !== undefined && { DeletedDate: secret.deletedAt / 1000 }),
      VersionIdsToStages: Object.fromEntries(
        [...secret.versions.values()]
          .filter(({ labels }) => labels.size > 0)
          .map(({ id, labels }) => [id, [...labels]]),
      ),
    };
  }

  /** Schedules it, as without ForceDeleteWithoutRecovery. */
  delete(secret: AwsSecret): Fields {
    secret.deletedAt = this.#now();
    return { ARN: secret.arn, Name: secret.name, DeletionDate: (this.#now() + 30 * DAY_MS) / 1000 };
  }

  restore(secret: AwsSecret): Fields {
    secret.deletedAt = undefined;
    return { ARN: secret.arn, Name: secret.name };
  }

  #version({ ClientRequestToken, SecretString, SecretBinary }: Fields): Version {
    // A client of the SDK draws one by itself; whoever speaks HTTP must name it.
    if (typeof ClientRequestToken !== 'string' || ClientRequestToken === '')
      throw new AwsError('InvalidRequestException', 'You must provide a ClientRequestToken value.');
    if (ClientRequestToken.length < 32 || ClientRequestToken.length > 64)
      throw new AwsError('ValidationException', 'ClientRequestToken must have 32 to 64 characters.');
    if ((SecretString === undefined) === (SecretBinary === undefined))
      throw new AwsError(
        'InvalidParameterException',
        'You must provide either SecretString or SecretBinary.',
      );
    if (Buffer.byteLength(String(SecretString ?? SecretBinary)) > VALUE_MAX_BYTES)
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: the value '${SecretString}' is too long`,
      );
    const value = SecretString === undefined ? { SecretBinary } : { SecretString };
    return {
      id: ClientRequestToken,
      value: value as Version['value'],
      createdAt: this.#now(),
      labels: new Set(),
    };
  }

  /** Deprecated versions are removed when there are more than 100, but none of the last 24 hours. */
  #makeRoom({ versions }: AwsSecret): void {
    if (versions.size < VERSIONS_MAX) return;
    const old = [...versions.values()].find(
      ({ labels, createdAt }) => labels.size === 0 && createdAt <= this.#now() - DAY_MS,
    );
    if (old === undefined)
      throw new AwsError('LimitExceededException', 'The secret has the most versions that it may have.');
    versions.delete(old.id);
  }

  #move(secret: AwsSecret, label: string, to: Version): void {
    const from = holderOf(secret, label);
    if (from === to) return;
    from?.labels.delete(label);
    to.labels.add(label);
    if (label !== 'AWSCURRENT') return;
    this.history.push({ name: secret.name, versionId: to.id, value: to.value.SecretString ?? '' });
    if (from === undefined) return;
    for (const { labels } of secret.versions.values()) labels.delete('AWSPREVIOUS');
    from.labels.add('AWSPREVIOUS');
  }

  #mustLive({ deletedAt }: AwsSecret): void {
    if (deletedAt !== undefined)
      throw new AwsError(
        'InvalidRequestException',
        "You can't perform this operation on the secret because it was marked for deletion.",
      );
  }
}

const holderOf = ({ versions }: AwsSecret, label: string): Version | undefined =>
  [...versions.values()].find(({ labels }) => labels.has(label));

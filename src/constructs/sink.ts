/** Where a key's secret is delivered to. */

import { Construct, type IConstruct } from 'constructs';
import type { SinkDeclaration } from '../domain/kinds/index.js';
import type { AgeSink } from '../domain/sinks/age.js';
import type { AwsSecretsManagerSink } from '../domain/sinks/aws-secrets-manager.js';
import type { ExecSink } from '../domain/sinks/exec.js';
import type { GithubActionsSink } from '../domain/sinks/github-actions.js';
import type { KubernetesSink } from '../domain/sinks/kubernetes.js';
import type { RefreshDeclaration } from '../domain/sinks/refresh.js';
import type { VaultSink } from '../domain/sinks/vault.js';
import { refer } from './declared-object.js';
import type { INamed } from './named.js';

/** Is a secret in a KV v2 engine, and the fields of it that are written: `{ api_key: 'key' }`. */
export type VaultSecret = Omit<VaultSink, 'connection'>;

/** Is a secret in AWS Secrets Manager, and the fields of it that are set: `{ api_key: 'key' }`. */
export type AwsSecret = Omit<AwsSecretsManagerSink, 'connection'>;

/** Is a secret of GitHub Actions: of a repository, one of its environments, or an organization. */
export type GithubSecret = Omit<GithubActionsSink, 'connection'>;

/** Is a Secret in a Kubernetes cluster, and the keys of it that are written: `{ API_KEY: 'key' }`. */
export type KubernetesSecret = Omit<KubernetesSink, 'connection'>;

/**
 * Is a `Connection` of the app, which Terraform then makes before the keys that are delivered through it; or an object with
 * the name of one.
 */
export type SinkConnection = INamed | { readonly name: string };

/** Is what else a `deliver` entry says. */
export interface SinkBesides {
  /**
   * What is run once a new version is current; with `deployment`, `connection` is the cluster if the sink is in none.
   * @default - nothing
   */
  readonly refresh?:
    | (Omit<RefreshDeclaration, 'connection'> & { readonly connection?: SinkConnection | string | undefined })
    | undefined;
  /**
   * Accepts that the sink cannot be read back.
   * @default - it is read back, or the plan is refused
   */
  readonly unverified?: true | undefined;
}

/** Connections that a declaration names: of its sink, and of what is restarted. */
interface Through {
  readonly sink?: SinkConnection;
  readonly refresh?: SinkConnection | string | undefined;
}

/**
 * Names where a key's secret is delivered to.
 *
 * @example
 * ```ts
 * import { Sink } from 'keywright/constructs';
 * billing.addApiKey('billing-prod', {
 *   environment: prod,
 *   deliverTo: [Sink.dotenv('secrets/billing.env', 'BILLING_API_KEY'), Sink.jsonFile('secrets/billing.json')],
 * });
 * ```
 */
export class Sink {
  /** As documents write it, with connections by their names. */
  readonly declaration: SinkDeclaration;
  readonly #through: Through;

  private constructor(declaration: SinkDeclaration, through: Through = {}) {
    this.declaration = declaration;
    this.#through = through;
  }

  /** Returns the declaration for a key at `from`, which refers to the connections that the app declares. */
  declarationAt(from: IConstruct): SinkDeclaration {
    const { sink, refresh } = this.#through;
    const { refresh: declared, ...rest } = this.declaration;
    const referred = Object.entries(rest).map(([type, spec]) => [
      type,
      sink !== undefined && isObject(spec) ? { ...spec, connection: nameAt(from, sink) } : spec,
    ]);
    return {
      ...Object.fromEntries(referred),
      ...(declared && {
        refresh: { ...declared, ...(refresh !== undefined && { connection: nameAt(from, refresh) }) },
      }),
    };
  }

  /**
   * Returns one variable in a dotenv file; its other lines stay unchanged. `path` is relative to the working folder.
   */
  static dotenv(path: string, variable: string): Sink {
    return new Sink({ dotenv: { path, variable } });
  }

  /** Returns a file of its own, with only the secret in it. */
  static file(path: string): Sink {
    return new Sink({ file: { path } });
  }

  /** Returns a file of its own: a JSON object with the secret as `key`. */
  static jsonFile(path: string): Sink {
    return new Sink({ file: { path, format: 'json' } });
  }

  /**
   * Returns fields of a secret in Vault or OpenBao; its other fields stay unchanged. `connection` is the
   * Connection to the service.
   *
   * @example
   * ```ts
   * const vault = Connection.fromName(stack, 'vault', 'vault');
   * Sink.vault(vault, { mount: 'secret', path: 'shop/billing', fields: { api_key: 'key' } });
   * ```
   */
  static vault(connection: SinkConnection, secret: VaultSecret): Sink {
    return new Sink({ vault: { connection: connection.name, ...secret } }, { sink: connection });
  }

  /**
   * Returns fields of a secret in AWS Secrets Manager, a JSON object; its other fields stay unchanged. `connection` is the
   * Connection to the service.
   */
  static awsSecretsManager(connection: SinkConnection, secret: AwsSecret): Sink {
    return new Sink(
      { 'aws-secrets-manager': { connection: connection.name, ...secret } },
      { sink: connection },
    );
  }

  /**
   * Returns a secret of a repository, an environment or an organization on GitHub, for GitHub Actions. `connection` is the
   * Connection to the service.
   */
  static githubActions(connection: SinkConnection, secret: GithubSecret): Sink {
    return new Sink({ 'github-actions': { connection: connection.name, ...secret } }, { sink: connection });
  }

  /**
   * Returns the same sink with what else a `deliver` entry may say: what is run once a new version is current, or that
   * it cannot be read back and is accepted.
   */
  with({ refresh, unverified }: SinkBesides): Sink {
    const besides = unverified === undefined ? {} : { unverified };
    if (refresh === undefined) return new Sink({ ...this.declaration, ...besides }, this.#through);
    const { connection, ...run } = refresh;
    const name = typeof connection === 'object' ? connection.name : connection;
    return new Sink(
      {
        ...this.declaration,
        ...besides,
        refresh: { ...run, ...(name !== undefined && { connection: name }) },
      },
      { ...this.#through, refresh: connection },
    );
  }

  /**
   * Returns keys of a Secret in a Kubernetes cluster; its other keys stay unchanged. `connection` is the Connection to the
   * cluster.
   *
   * @example
   * ```ts
   * const cluster = new Connection(stack, 'cluster', { kubernetes: { inCluster: true } });
   * Sink.kubernetes(cluster, { namespace: 'shop', name: 'billing', fields: { API_KEY: 'key' } });
   * ```
   */
  static kubernetes(connection: SinkConnection, secret: KubernetesSecret): Sink {
    return new Sink({ kubernetes: { connection: connection.name, ...secret } }, { sink: connection });
  }

  /**
   * Returns a file that is encrypted to age recipients (`age1…`): the bare secret, or with `fields` a line for each.
   */
  static age(path: string, sealed: Omit<AgeSink, 'path'>): Sink {
    return new Sink({ age: { path, ...sealed } });
  }

  /**
   * Returns a location that a program of yours writes to, by JSON on standard input and output; see
   * docs/how-to/sinks/exec.md.
   */
  static exec(run: ExecSink): Sink {
    return new Sink({ exec: run });
  }

  /** Returns any sink that documents know, as they write it. */
  static of(declaration: SinkDeclaration): Sink {
    return new Sink(declaration);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** How a key at `from` says a connection: a resource of level 1 has a reference as its name. */
function nameAt(from: IConstruct, connection: SinkConnection | string): string {
  if (typeof connection === 'string') return connection;
  const isReferred = Construct.isConstruct(connection) && 'resource' in connection;
  return isReferred ? refer(from, connection as INamed) : connection.name;
}

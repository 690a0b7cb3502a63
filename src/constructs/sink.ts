/** Where a key's secret is delivered to. */

import type { SinkDeclaration } from '../domain/kinds/index.js';
import type { AgeSink } from '../domain/sinks/age.js';
import type { AwsSecretsManagerSink } from '../domain/sinks/aws-secrets-manager.js';
import type { ExecSink } from '../domain/sinks/exec.js';
import type { GithubActionsSink } from '../domain/sinks/github-actions.js';
import type { KubernetesSink } from '../domain/sinks/kubernetes.js';
import type { VaultSink } from '../domain/sinks/vault.js';

/** Is a secret in a KV v2 engine, and the fields of it that are written: `{ api_key: 'key' }`. */
export type VaultSecret = Omit<VaultSink, 'connection'>;

/** Is a secret in AWS Secrets Manager, and the fields of it that are set: `{ api_key: 'key' }`. */
export type AwsSecret = Omit<AwsSecretsManagerSink, 'connection'>;

/** Is a secret of GitHub Actions: of a repository, one of its environments, or an organization. */
export type GithubSecret = Omit<GithubActionsSink, 'connection'>;

/** Is a Secret in a Kubernetes cluster, and the keys of it that are written: `{ API_KEY: 'key' }`. */
export type KubernetesSecret = Omit<KubernetesSink, 'connection'>;

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
  readonly declaration: SinkDeclaration;

  private constructor(declaration: SinkDeclaration) {
    this.declaration = declaration;
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
   * Returns fields of a secret in Vault or OpenBao; its other fields stay unchanged. `connection` is a Connection, by its name.
   *
   * @example
   * ```ts
   * Sink.vault({ name: 'vault' }, { mount: 'secret', path: 'shop/billing', fields: { api_key: 'key' } });
   * ```
   */
  static vault(connection: { readonly name: string }, secret: VaultSecret): Sink {
    return new Sink({ vault: { connection: connection.name, ...secret } });
  }

  /**
   * Returns fields of a secret in AWS Secrets Manager, a JSON object; its other fields stay unchanged. `connection` is a Connection, by its name.
   */
  static awsSecretsManager(connection: { readonly name: string }, secret: AwsSecret): Sink {
    return new Sink({ 'aws-secrets-manager': { connection: connection.name, ...secret } });
  }

  /**
   * Returns a secret of a repository, an environment or an organization on GitHub, for GitHub Actions. `connection` is a Connection, by its name.
   */
  static githubActions(connection: { readonly name: string }, secret: GithubSecret): Sink {
    return new Sink({ 'github-actions': { connection: connection.name, ...secret } });
  }

  /**
   * Returns the same sink with what else a `deliver` entry may say: what is run once a new version is current, or that
   * it cannot be read back and is accepted.
   */
  with(besides: Pick<SinkDeclaration, 'refresh' | 'unverified'>): Sink {
    return new Sink({ ...this.declaration, ...besides });
  }

  /**
   * Returns keys of a Secret in a Kubernetes cluster; its other keys stay unchanged. `connection` is the Connection to the
   * cluster: its resource, or an object with its name.
   *
   * @example
   * ```ts
   * const cluster = new Resources.Connection(stack, 'cluster', { name: 'cluster', kubernetes: { inCluster: true } });
   * Sink.kubernetes(cluster, { namespace: 'shop', name: 'billing', fields: { API_KEY: 'key' } });
   * ```
   */
  static kubernetes(connection: { readonly name: string }, secret: KubernetesSecret): Sink {
    return new Sink({ kubernetes: { ...secret, connection: connection.name } });
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

/** Connection: a service that secrets are delivered to, and by which reference its credential is found. */
import type { Construct } from 'constructs';
import type { ConnectionOf } from '../domain/connections/index.js';
import { headOf, isMarked, mark, Named } from './declared-object.js';
import type { IConnection } from './interfaces.js';
import { ConnectionResource } from './level1/index.js';
import type { DeclaredProps } from './named.js';
import { literal } from './text.js';

/**
 * Are the properties of a `Connection`: exactly one service, as documents write it. Credentials are named, as in
 * `{ env: 'VAULT_TOKEN' }`, and never part of the app.
 */
export interface ConnectionProps extends DeclaredProps {
  /**
   * AWS: the region, and how a role or a user signs in.
   * @default - it is one to another service
   */
  readonly aws?: ConnectionOf<'aws'> | undefined;
  /**
   * GitHub: an app or a token, and the server if it is not github.com.
   * @default - it is one to another service
   */
  readonly github?: ConnectionOf<'github'> | undefined;
  /**
   * A Kubernetes cluster: this one, one of a kubeconfig, or one by its address.
   * @default - it is one to another service
   */
  readonly kubernetes?: ConnectionOf<'kubernetes'> | undefined;
  /**
   * HashiCorp Vault or OpenBao: the address, and a token or a login.
   * @default - it is one to another service
   */
  readonly vault?: ConnectionOf<'vault'> | undefined;
  /**
   * At most so many requests a second, on the average.
   * @default - as many as eight at a time make
   */
  readonly requestsPerSecond?: number | undefined;
}

const MARK = Symbol.for('keywright.Connection');

/** What can be asked of a connection, declared here or not. */
class ConnectionBase extends Named implements IConnection {}

/**
 * Declares a connection to a service that secrets are delivered to.
 *
 * @example
 * ```ts
 * import { Connection, Sink } from 'keywright/constructs';
 * const vault = new Connection(stack, 'vault', {
 *   vault: { address: 'https://vault.example.com:8200', token: { env: 'VAULT_TOKEN' } },
 * });
 * billing.addApiKey('billing-prod', {
 *   environment: prod,
 *   deliverTo: [Sink.vault(vault, { mount: 'secret', path: 'shop/billing', fields: { api_key: 'key' } })],
 * });
 * ```
 */
export class Connection extends ConnectionBase {
  readonly resource: InstanceType<typeof ConnectionResource>;

  /** Returns a connection that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): IConnection {
    return new ConnectionBase(scope, id, name);
  }

  /** Returns whether a construct is a `Connection`, also of another copy of this library. */
  static isConnection(construct: unknown): construct is Connection {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: ConnectionProps) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    const { aws, github, kubernetes, vault, requestsPerSecond } = props;
    this.resource = new ConnectionResource(this, 'Default', {
      ...headOf(id, props),
      ...literal({ aws, github, kubernetes, vault }),
      requestsPerSecond,
    });
  }
}

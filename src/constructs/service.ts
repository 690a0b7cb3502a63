/** Service: a non-human owner of keys. */
import type { Construct, IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { ApiKey } from './api-key.js';
import { headOf, isMarked, mark, Named, refer } from './declared-object.js';
import type { AddedServiceProps, IEnvironment, IService, ServiceKeyProps } from './interfaces.js';
import { ServiceResource } from './level1/index.js';
import { literal } from './text.js';

/** Are the properties of a `Service`. */
export interface ServiceProps extends AddedServiceProps {
  /**
   * Where its keys work when they do not say.
   * @default - each key says
   */
  readonly environment?: IEnvironment | undefined;
}

const MARK = Symbol.for('keywright.Service');

/** What can be asked of a service, declared here or not. */
class ServiceBase extends Named implements IService {
  /** A key of this service. Throws unless it or the service says in which environment. */
  addApiKey(id: string, props: ServiceKeyProps = {}): ApiKey {
    const environment = props.environment ?? this.environmentOfKeys;
    if (environment === undefined)
      throw new Error(`${this.node.path}: key ${id} has no environment: use addApiKey(id, { environment })`);
    return new ApiKey(this, id, { ...props, environment, owner: this });
  }

  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return { service: refer(from, this) };
  }

  protected get environmentOfKeys(): IEnvironment | undefined {
    return undefined;
  }
}

/**
 * Declares a service: a non-human owner of keys.
 *
 * @example
 * ```ts
 * import { Service } from 'keywright/constructs';
 * const billing = new Service(stack, 'billing', { environment: prod, stewards: ['ops@example.com'] });
 * billing.addApiKey('billing-prod');
 * ```
 */
export class Service extends ServiceBase {
  readonly resource: InstanceType<typeof ServiceResource>;
  readonly #environment: IEnvironment | undefined;

  /** Returns a service that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): IService {
    return new ServiceBase(scope, id, name);
  }

  /** Returns whether a construct is a `Service`, also of another copy of this library. */
  static isService(construct: unknown): construct is Service {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: ServiceProps = {}) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    this.#environment = props.environment;
    this.resource = new ServiceResource(this, 'Default', {
      ...headOf(id, props),
      description: literal(props.description),
      stewards: literal(props.stewards),
      permissions: literal(props.permissions),
    });
  }

  protected override get environmentOfKeys(): IEnvironment | undefined {
    return this.#environment;
  }
}

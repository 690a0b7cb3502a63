/** Service: a non-human owner of keys. */
import { Construct, type IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { ApiKey } from './api-key.js';
import { headOf, Imported, isMarked, mark, refer } from './declared.js';
import type { DeclaredProps, IEnvironment, IService, ServiceKeyProps } from './interfaces.js';
import { ServiceResource } from './level1/index.js';
import { literal } from './text.js';

export interface ServiceProps extends DeclaredProps {
  /**
   * What the service does.
   * @default - nothing is said
   */
  readonly description?: string | undefined;
  /**
   * Addresses of people to ask. Contacts only: they never own the credential.
   * @default - none
   */
  readonly stewards?: readonly string[] | undefined;
  /**
   * What its keys may do when they do not say.
   * @default - the data of their environment
   */
  readonly permissions?: readonly string[] | undefined;
  /**
   * Where its keys work when they do not say.
   * @default - each key says
   */
  readonly environment?: IEnvironment | undefined;
}

const MARK = Symbol.for('keywright.Service');

export class Service extends Construct implements IService {
  readonly name: string;
  readonly resource: InstanceType<typeof ServiceResource>;
  readonly #environment: IEnvironment | undefined;

  /** A service that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): IService {
    return new ImportedService(scope, id, name);
  }

  static isService(construct: unknown): construct is Service {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: ServiceProps = {}) {
    super(scope, id);
    mark(this, MARK);
    this.name = props.name ?? id;
    this.#environment = props.environment;
    this.resource = new ServiceResource(this, 'Default', {
      ...headOf(id, props),
      description: literal(props.description),
      stewards: literal(props.stewards),
      permissions: literal(props.permissions),
    });
  }

  /** A key of this service. Throws unless it or the service says in which environment. */
  addApiKey(id: string, props: ServiceKeyProps = {}): ApiKey {
    const environment = props.environment ?? this.#environment;
    if (environment === undefined)
      throw new Error(
        `${this.node.path}: name the environment of the key ${id}: addApiKey(id, { environment })`,
      );
    return new ApiKey(this, id, { ...props, environment, owner: this });
  }

  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return { service: refer(from, this) };
  }
}

class ImportedService extends Imported implements IService {
  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return { service: refer(from, this) };
  }
}

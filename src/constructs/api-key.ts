/** ApiKey: a key that is issued, delivered, handed over and rotated. */
import { type DataConfig, DataResource, type TerraformDataSource, Token } from 'cdktf';
import type { Construct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { headOf, isMarked, mark, Named, notGiven, refer } from './declared-object.js';
import type { IApiKey, IEnvironment, IKeyOwner } from './interfaces.js';
import type { KeyProps, RotationProps } from './key-props.js';
import { ApiKeyResource, DataApiKey } from './level1/index.js';
import { literal } from './text.js';

/** Are the properties of an `ApiKey`. */
export interface ApiKeyProps extends KeyProps {
  /** The environment it works in. */
  readonly environment: IEnvironment;
  /** Whose it is: a service, a team, a person, `Owner.tenant()`, or `Owner.team(team, role)`. */
  readonly owner: IKeyOwner;
}

const MARK = Symbol.for('keywright.ApiKey');

/** What can be asked of a key, declared here or not. */
abstract class ApiKeyBase extends Named implements IApiKey {
  /** Where Terraform knows the key's attributes from. */
  protected abstract readonly known: Pick<
    TerraformDataSource,
    'getStringAttribute' | 'interpolationForAttribute'
  >;

  /**
   * Changes whenever a new version is current: for the `triggers` of a resource that restarts a consumer.
   */
  get triggers(): { readonly key_id: string; readonly generation: string } {
    return {
      key_id: this.known.getStringAttribute('key_id'),
      // A number in the state; in a map of strings a plain number token would be rendered as its own encoding.
      generation: Token.asString(this.known.interpolationForAttribute('generation')),
    };
  }

  /** Adds a `terraform_data`, built into Terraform, that is replaced whenever a new version is current. */
  onRotate(id: string, config: Omit<DataConfig, 'triggersReplace'> = {}): DataResource {
    return new DataResource(this, id, { ...config, triggersReplace: this.triggers });
  }
}

/**
 * Declares a key that is issued, delivered, handed over and rotated.
 *
 * @example
 * ```ts
 * import { ApiKey, Duration, Sink } from 'keywright/constructs';
 * new ApiKey(stack, 'billing-prod', {
 *   environment: prod,
 *   owner: billing,
 *   rotation: { every: Duration.days(30) },
 *   deliverTo: [Sink.dotenv('secrets/billing.env', 'BILLING_API_KEY')],
 * });
 * ```
 */
export class ApiKey extends ApiKeyBase {
  readonly resource: InstanceType<typeof ApiKeyResource>;

  /** Returns a key that is live or declared elsewhere, to react to its rotation. Terraform looks it up. */
  static fromName(scope: Construct, id: string, name: string): IApiKey {
    return new ImportedApiKey(scope, id, name);
  }

  /** Returns whether a construct is an `ApiKey`, also of another copy of this library. */
  static isApiKey(construct: unknown): construct is ApiKey {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: ApiKeyProps) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    this.resource = new ApiKeyResource(this, 'Default', {
      ...headOf(id, props),
      environment: refer(this, props.environment),
      owner: ownerAt(this, props.owner),
      type: props.type,
      permissions: literal(props.permissions),
      expiresAfter: props.expiresAfter?.toString(),
      expiresAt: props.expiresAt,
      rotation: props.rotation && rotationOf(props.rotation),
      deliver: props.deliverTo && literal(props.deliverTo.map((sink) => sink.declarationAt(this))),
    });
  }

  protected override get known(): InstanceType<typeof ApiKeyResource> {
    return this.resource;
  }
}

class ImportedApiKey extends ApiKeyBase {
  protected override readonly known: TerraformDataSource;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id, name);
    this.known = new DataApiKey(this, 'Default', { name: literal(name) });
  }
}

function ownerAt(key: ApiKey, owner: Partial<IKeyOwner> | undefined): ApiKeySpec['owner'] {
  if (owner?.ownerOf === undefined)
    throw notGiven(key, owner, 'an owner: a Service, a Team, a User or Owner.tenant()');
  return owner.ownerOf(key);
}

const rotationOf = ({ every, overlap, handover, quiet, consumers, deadline }: RotationProps) => ({
  every: every?.toString(),
  overlap: overlap?.toString(),
  handover,
  quiet: quiet?.toString(),
  consumers: literal(consumers),
  deadline: deadline?.toString(),
});

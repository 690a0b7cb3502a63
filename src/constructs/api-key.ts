/** ApiKey: a key that is issued, delivered, handed over and rotated. */
import { type DataConfig, DataResource, Token } from 'cdktf';
import { Construct } from 'constructs';
import { headOf, isMarked, mark, refer } from './declared.js';
import type { IEnvironment, IKeyOwner, INamed, KeyProps, RotationProps } from './interfaces.js';
import { ApiKeyResource } from './level1/index.js';
import { literal } from './text.js';

export interface ApiKeyProps extends KeyProps {
  /** The environment it works in. */
  readonly environment: IEnvironment;
  /** Whose it is: a service, a team, a person, `Owner.tenant()`, or `Owner.team(team, role)`. */
  readonly owner: IKeyOwner;
}

const MARK = Symbol.for('keywright.ApiKey');

export class ApiKey extends Construct implements INamed {
  readonly name: string;
  readonly resource: InstanceType<typeof ApiKeyResource>;

  static isApiKey(construct: unknown): construct is ApiKey {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: ApiKeyProps) {
    super(scope, id);
    mark(this, MARK);
    this.name = props.name ?? id;
    this.resource = new ApiKeyResource(this, 'Default', {
      ...headOf(id, props),
      environment: refer(this, props.environment),
      owner: props.owner.ownerOf(this),
      type: props.type,
      permissions: literal(props.permissions),
      expiresAfter: props.expiresAfter?.toString(),
      expiresAt: props.expiresAt,
      rotation: props.rotation && rotationOf(props.rotation),
      deliver: props.deliverTo && literal(props.deliverTo.map(({ declaration }) => declaration)),
    });
  }

  /** Changes whenever a new version is current: for the `triggers` of a resource that rolls a consumer out. */
  get triggers(): { readonly key_id: string; readonly generation: string } {
    return {
      key_id: this.resource.getStringAttribute('key_id'),
      // A number in the state; in a map of strings a plain number token would be rendered as its own encoding.
      generation: Token.asString(this.resource.interpolationForAttribute('generation')),
    };
  }

  /** A `terraform_data`, built into Terraform, that is replaced whenever a new version is current. */
  onRotate(id: string, config: Omit<DataConfig, 'triggersReplace'> = {}): DataResource {
    return new DataResource(this, id, { ...config, triggersReplace: this.triggers });
  }
}

const rotationOf = ({ every, overlap, handover, quiet, consumers, deadline }: RotationProps) => ({
  every: every?.toString(),
  overlap: overlap?.toString(),
  handover,
  quiet: quiet?.toString(),
  consumers: literal(consumers),
  deadline: deadline?.toString(),
});

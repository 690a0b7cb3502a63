/**
 * Level 1: `ephemeral` blocks, which CDKTF 0.21 has no class for. What they give is used in the same run, by provider
 * blocks and write-only arguments, and is in no plan and no state. Terraform 1.10 or later.
 */
import { TerraformElement, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { equip } from './stack.js';

class EphemeralResource extends TerraformElement {
  readonly #type: string;
  readonly #asked: Readonly<Record<string, unknown>>;

  constructor(
    scope: Construct,
    id: string,
    { type, asked }: { readonly type: string; readonly asked: Readonly<Record<string, unknown>> },
  ) {
    super(scope, id, `ephemeral.${type}`);
    this.#type = type;
    this.#asked = asked;
    equip(this.cdktfStack);
  }

  /** `${ephemeral.keywright_api_key.NAME.ATTRIBUTE}` */
  protected attribute(name: string): string {
    return Token.asString(`\${ephemeral.${this.#type}.${this.friendlyUniqueId}.${name}}`);
  }

  override toTerraform(): object {
    const attributes = { ...this.#asked, ...this.rawOverrides, '//': this.constructNodeMetadata };
    return { ephemeral: { [this.#type]: { [this.friendlyUniqueId]: attributes } } };
  }

  /** CDKTF writes only those blocks as HCL that it knows, and would leave this one out. */
  override toHclTerraform(): never {
    throw new Error(
      `${this.node.path}: ephemeral blocks can only be synthesized as JSON: remove hclOutput and SYNTH_HCL_OUTPUT`,
    );
  }
}

/**
 * Opens a temporary version of a key, revoked when the Terraform run closes. In no plan and no state.
 *
 * @example
 * ```ts
 * import { EphemeralApiKey } from 'keywright/constructs';
 * const temporary = new EphemeralApiKey(stack, 'temporary', { name: 'billing-prod' });
 * const token = temporary.token; // for a provider block or a write-only argument
 * ```
 */
export class EphemeralApiKey extends EphemeralResource {
  static readonly tfResourceType = 'keywright_api_key';

  constructor(scope: Construct, id: string, { name }: { readonly name: string }) {
    super(scope, id, { type: EphemeralApiKey.tfResourceType, asked: { name } });
  }

  get token(): string {
    return this.attribute('token');
  }

  get prefix(): string {
    return this.attribute('prefix');
  }
}

/**
 * Opens a short-lived bearer token for the HTTP API. In no plan and no state.
 *
 * @example
 * ```ts
 * import { EphemeralAccessToken } from 'keywright/constructs';
 * const bearer = new EphemeralAccessToken(stack, 'bearer').token;
 * ```
 */
export class EphemeralAccessToken extends EphemeralResource {
  static readonly tfResourceType = 'keywright_access_token';

  constructor(scope: Construct, id: string) {
    super(scope, id, { type: EphemeralAccessToken.tfResourceType, asked: {} });
  }

  get token(): string {
    return this.attribute('token');
  }

  get expiresAt(): string {
    return this.attribute('expires_at');
  }
}

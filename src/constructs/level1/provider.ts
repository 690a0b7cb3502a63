/** The provider block: where the live store is. A stack that has none gets one with nothing in it. */
import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import { PROVIDER_ATTRIBUTES, PROVIDER_NAME, PROVIDER_SOURCE } from '../../domain/kinds/resource.js';
import { VERSION } from '../../domain/version.js';
import { hclAttributes } from './hcl.js';

export interface KeywrightProviderConfig {
  /**
   * The live store: a folder, `postgres://…`, or the `https://…` of an authority.
   * @default - what KEYWRIGHT_STORE says
   */
  readonly store?: string | undefined;
  /**
   * The project that owns what is created.
   * @default - what KEYWRIGHT_PROJECT says
   */
  readonly project?: string | undefined;
  /**
   * What to sign in to an authority with. It would stand in the synthesized files: leave it to KEYWRIGHT_TOKEN.
   * @default - what KEYWRIGHT_TOKEN says
   */
  readonly token?: string | undefined;
  /**
   * Another name, for a second provider in one stack.
   * @default - the provider that is used when none is named
   */
  readonly alias?: string | undefined;
}

export class KeywrightProvider extends TerraformProvider {
  static readonly tfResourceType = PROVIDER_NAME;
  readonly #alias: string | undefined;
  readonly #settings: Readonly<Record<string, string | undefined>>;

  constructor(scope: Construct, id: string, { alias, ...settings }: KeywrightProviderConfig = {}) {
    super(scope, id, {
      terraformResourceType: PROVIDER_NAME,
      terraformGeneratorMetadata: { providerName: PROVIDER_NAME, providerVersionConstraint: `~> ${VERSION}` },
      terraformProviderSource: PROVIDER_SOURCE,
    });
    this.#alias = alias;
    this.#settings = settings;
  }

  override get alias(): string | undefined {
    return this.#alias;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.#settings };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    const given = Object.entries(this.#settings).filter(([, value]) => value !== undefined);
    return hclAttributes(PROVIDER_ATTRIBUTES, Object.fromEntries(given));
  }
}

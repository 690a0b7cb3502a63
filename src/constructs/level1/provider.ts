/** The provider block: where the live store is. A stack that has none gets one with nothing in it. */
import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import { PROVIDER_ATTRIBUTES, PROVIDER_NAME, PROVIDER_SOURCE } from '../../domain/kinds/resource.js';
import { VERSION } from '../../domain/version.js';
import { hclAttributes } from './hcl.js';

/** Is what the provider block takes. */
export interface KeywrightProviderConfig {
  /**
   * The live store: a folder, `postgres://…`, or the `https://…` of a server.
   * @default - what KEYWRIGHT_STORE says
   */
  readonly store?: string | undefined;
  /**
   * The project that owns what is created.
   * @default - what KEYWRIGHT_PROJECT says
   */
  readonly project?: string | undefined;
  /**
   * The token for a server. It would be in the synthesized files: prefer KEYWRIGHT_TOKEN.
   * @default - what KEYWRIGHT_TOKEN says
   */
  readonly token?: string | undefined;
  /**
   * Another name, for a second provider in one stack.
   * @default - the provider that is used when none is named
   */
  readonly alias?: string | undefined;
}

/**
 * Declares the provider block: where the live store is. A stack without one gets an empty one.
 *
 * @example
 * ```ts
 * import { KeywrightProvider } from 'keywright/constructs';
 * new KeywrightProvider(stack, 'keywright', { store: 'https://keys.example.com', project: 'acme-platform' });
 * ```
 */
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

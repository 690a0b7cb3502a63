/** Where a key's secret is delivered to. */
import type { SinkDeclaration } from '../domain/kinds/index.js';

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
   * Returns the same sink with what else a `deliver` entry may say: what is run once a new version is current, or that
   * it cannot be read back and is accepted.
   */
  with(besides: Pick<SinkDeclaration, 'refresh' | 'unverified'>): Sink {
    return new Sink({ ...this.declaration, ...besides });
  }

  /** Returns any sink that documents know, as they write it. */
  static of(declaration: SinkDeclaration): Sink {
    return new Sink(declaration);
  }
}

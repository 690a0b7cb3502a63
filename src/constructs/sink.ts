/** A place that a key's secret is delivered to. */
import type { SinkDeclaration } from '../domain/kinds/index.js';

export class Sink {
  readonly declaration: SinkDeclaration;

  private constructor(declaration: SinkDeclaration) {
    this.declaration = declaration;
  }

  /** One variable in a dotenv file; its other lines are left as they are. `path` is relative to the working folder. */
  static dotenv(path: string, variable: string): Sink {
    return new Sink({ dotenv: { path, variable } });
  }

  /** A file of its own, with the secret and nothing else in it. */
  static file(path: string): Sink {
    return new Sink({ file: { path } });
  }

  /** A file of its own: a JSON object with the secret as `key`. */
  static jsonFile(path: string): Sink {
    return new Sink({ file: { path, format: 'json' } });
  }

  /** Any sink that documents know, as they write it. */
  static of(declaration: SinkDeclaration): Sink {
    return new Sink(declaration);
  }
}

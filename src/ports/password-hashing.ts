/** How passwords are kept: slowly, so that a thief of the hashes has to guess for long. */
import type { Secret } from '../domain/secret.js';

export interface PasswordHashing {
  /** A text that holds the hash, the salt and the cost. */
  hash(password: Secret, salt: Uint8Array): Promise<string>;
  /** By the salt and the cost in the text; false for a text that is no hash. */
  verify(hash: string, password: Secret): Promise<boolean>;
}

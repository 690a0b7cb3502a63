/** Passwords by argon2id, at the cost that OWASP names for it: 19 MiB, two passes, one lane. */
import { hash, verify } from '@node-rs/argon2';
import type { PasswordHashing } from '../ports/password-hashing.js';

/** The package's default; its enum does not exist at run time. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const argon2Hashing: PasswordHashing = {
  hash: (password, salt) => hash(password.reveal(), { ...COST, salt }),
  verify: async (hashed, password) => {
    try {
      return await verify(hashed, password.reveal());
    } catch {
      // The library throws for a text that is no hash.
      return false;
    }
  },
};

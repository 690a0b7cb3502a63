/** Passwords at their real cost. */

import { argon2Hashing } from '../../src/adapters/argon2.js';
import { Secret } from '../../src/domain/secret.js';

it('keeps a password as argon2id at the cost that OWASP names, with the salt it is given', async () => {
  const hash = await argon2Hashing.hash(new Secret('correct horse battery'), Buffer.alloc(16, 7));
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$BwcHBwcHBwcHBwcHBwcHBw\$/);
  expect(await argon2Hashing.verify(hash, new Secret('correct horse battery'))).toBe(true);
  expect(await argon2Hashing.verify(hash, new Secret('wrong horse battery'))).toBe(false);
  expect(await argon2Hashing.verify('no hash at all', new Secret('correct horse battery'))).toBe(false);
});

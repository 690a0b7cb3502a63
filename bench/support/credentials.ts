/** A population of credentials with the tokens to ask for them, the same for the same seed. */
import type { Entropy } from '../../src/domain/entropy.js';
import { ok } from '../../src/domain/result.js';
import { mintKey, Secret, tokenMac } from '../../src/domain/secret.js';
import type { Credential, CredentialFeed } from '../../src/ports/credential-feed.js';

export const PEPPER = 'a pepper for benchmarks, 32 bytes or more';
const SERVICES = 2_000;
const PERMISSION_SETS = [['spaces:read'], ['spaces:read', 'spaces:write'], ['events:read', 'workbooks:read']];
const NOW = 1_800_000_000_000;
const POSITION = { revision: 1, hash: '' };

/** xorshift32: fast, and good enough to spread keys. */
export function seededEntropy(seed: number): Entropy {
  let state = seed;
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        bytes[at] = state >>> 11;
      }
      return bytes;
    },
  };
}

/** Nine in a hundred are revoked, expired or will expire; the others are good. */
export function credentialAt(index: number, entropy: Entropy): { credential: Credential; token: string } {
  const minted = mintKey('secret', index % 2 === 0, entropy);
  // A flat string, as one that came over a wire; a concatenation would be flattened by the first who hashes it.
  const token = Buffer.from(minted.token.reveal(), 'latin1').toString('latin1');
  return {
    token,
    credential: {
      tokenId: minted.id,
      mac: tokenMac(PEPPER, token),
      keyId: `us_key_${minted.id}`,
      name: `service-${index % SERVICES}-key-${index}`,
      generation: 1 + (index % 7),
      type: 'secret',
      owner: `service:service-${index % SERVICES}`,
      dates: {
        promotedAt: NOW,
        retiringAt: undefined,
        suspendedUntil: undefined,
        revokedAt: index % 33 === 0 ? NOW : undefined,
        expiresAt: index % 16 === 0 ? NOW + index * 1_000 : undefined,
      },
      effective: {
        environment: index % 2 === 0 ? 'production' : 'development',
        isDeactivated: false,
        owner: 'active',
        permissions: PERMISSION_SETS[index % PERMISSION_SETS.length] ?? [],
      },
    },
  };
}

/** A feed over generated credentials; `onToken` is shown every token once. */
export function generatedFeed(
  count: number,
  onToken: (token: string, index: number) => void,
): CredentialFeed {
  const entropy = seededEntropy(20_261_122);
  return {
    pepper: async () => ok(new Secret(PEPPER)),
    position: async () => ok(POSITION),
    endAgain: async () => ok(undefined),
    snapshot: async (after, limit) => {
      const from = Number(after ?? 0);
      const until = Math.min(count, from + limit);
      const credentials: Credential[] = [];
      for (let index = from; index < until; index++) {
        const { credential, token } = credentialAt(index, entropy);
        credentials.push(credential);
        onToken(token, index);
      }
      return ok({ credentials, next: until < count ? String(until) : undefined });
    },
    changedSince: async () => ok({ kind: 'changes', credentials: [], position: POSITION, plan: 'standard' }),
    watch: () => () => undefined,
    reportUses: async () => ok(undefined),
    seen: async () => ok(undefined),
    close: async () => undefined,
  };
}

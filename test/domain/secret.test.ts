import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { isToken, mintKey, parseToken, TOKEN_PATTERN, withoutTokens } from '../../src/domain/secret.js';
import { seededEntropy } from '../support/store-world.js';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const WHOLE = new RegExp(`^${TOKEN_PATTERN.source}$`);

/** The contract, word for word: the pattern, then CRC-32 of the body in six base62 digits. */
const isTokenByTheBook = (text: string): boolean =>
  WHOLE.test(text) && checksumOf(text.slice(0, -6)) === text.slice(-6);

function checksumOf(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let at = 0; at < 6; at++) {
    digits = `${DIGITS[rest % 62]}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...DIGITS), minLength: length, maxLength: length });
const prefix = fc.constantFrom('sk_live', 'sk_test', 'pk_live', 'pk_test', 'pat');
const token = fc
  .tuple(prefix, digits(12), digits(43))
  .map(([start, id, secret]) => `${start}_${id}_${secret}`)
  .map((body) => body + checksumOf(body));
const character = fc.oneof(
  fc.constantFrom('_', '-', ' ', '\n', '0', 'z', '@', '[', '`', '{', '/', ':', 'é', 'İ', '\u{1F511}', '\0'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
/** One place put in, taken out or replaced, once with a checksum that fits what came of it. */
const mutated = fc
  .record({
    token,
    at: fc.nat(71),
    taken: fc.nat(2),
    put: fc.oneof(character, fc.constant('')),
    fits: fc.boolean(),
  })
  .map(({ token, at, taken, put, fits }) => {
    const text = token.slice(0, at) + put + token.slice(at + taken);
    return fits ? text.slice(0, -6) + checksumOf(text.slice(0, -6)) : text;
  });

describe('the form of a token', () => {
  it('is what the pattern and the checksum say, for tokens, near misses and any text', () => {
    const text = fc.oneof(
      { weight: 1, arbitrary: token },
      { weight: 4, arbitrary: mutated },
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (one) => {
        expect(isToken(one)).toBe(isTokenByTheBook(one));
        expect(parseToken(one) !== undefined).toBe(isTokenByTheBook(one));
      }),
      { numRuns: 5_000 },
    );
  });

  it('holds no other character anywhere', () => {
    const good = mintKey('secret', true, seededEntropy('form')).token.reveal();
    const accepted = [];
    for (let at = 0; at < good.length; at++) {
      for (let code = 0; code < 0x180; code++) {
        const text = good.slice(0, at) + String.fromCharCode(code) + good.slice(at + 1);
        if (isToken(text)) accepted.push(text);
      }
    }
    expect(new Set(accepted)).toEqual(new Set([good]));
  });

  it.each([
    ['secret', true, 'sk_live_'],
    ['secret', false, 'sk_test_'],
    ['publishable', true, 'pk_live_'],
    ['publishable', false, 'pk_test_'],
  ] as const)('gives the type and the id of a minted %s key (production: %s)', (type, isProd, start) => {
    const { id, token } = mintKey(type, isProd, seededEntropy('minted'));
    expect(token.reveal().startsWith(`${start}${id}_`)).toBe(true);
    expect(parseToken(token.reveal())).toEqual({ type, id });
  });

  it.each([1, 20, 49])(
    'of a token in a text, of whose secret %d characters are there, the prefix alone is shown',
    (length) => {
      const { id, token } = mintKey('secret', true, seededEntropy('shown'));
      const part = token.reveal().slice(0, 21 + length);
      expect(withoutTokens(`x_${part}, ${part}`)).toBe(`x_sk_live_${id}_…, sk_live_${id}_…`);
    },
  );

  it('knows personal tokens', () => {
    const body = `pat_${'a'.repeat(12)}_${'b'.repeat(43)}`;
    expect(parseToken(body + checksumOf(body))).toEqual({ type: 'personal', id: 'a'.repeat(12) });
  });
});

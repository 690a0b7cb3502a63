/** Recipients of age files, as text: `age1…`, an X25519 public key in Bech32 (https://age-encryption.org/v1). */

export const AGE_RECIPIENT = '^age1[02-9ac-hj-np-z]{58}$';

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

/** Does its checksum (BIP 173) match? A mistyped recipient could decrypt nothing. */
export function isAgeRecipient(text: string): boolean {
  if (!new RegExp(AGE_RECIPIENT).test(text)) return false;
  const prefix = [...'age'].map((letter) => letter.charCodeAt(0));
  const data = [...text.slice('age1'.length)].map((letter) => ALPHABET.indexOf(letter));
  const expanded = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31)];
  return polymod([...expanded, ...data]) === 1;
}

const polymod = (values: readonly number[]): number =>
  values.reduce((sum, value) => {
    const top = sum >>> 25;
    const shifted = ((sum & 0x1ffffff) << 5) ^ value;
    return GENERATOR.reduce((mixed, term, bit) => ((top >> bit) & 1 ? mixed ^ term : mixed), shifted);
  }, 1);

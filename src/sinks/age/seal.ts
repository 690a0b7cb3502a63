/** Encryption to age recipients. The library is loaded when the first file is written: that takes a quarter of a second. */
import type { AgeTarget } from '../../domain/sinks/age.js';

export async function seal(text: string, { recipients, isArmored }: AgeTarget): Promise<Uint8Array> {
  const { Encrypter, armor } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const sealed = await encrypter.encrypt(text);
  return isArmored ? Buffer.from(armor.encode(sealed)) : sealed;
}

/** Boxes that cost nothing and hide their content from a search for tokens; they open for their recipient only. */
import type { Entropy } from '../../src/domain/entropy.js';
import { Secret } from '../../src/domain/secret.js';
import type { Sealing } from '../../src/ports/sealing.js';

export const hexSealing = (entropy: Entropy): Sealing => ({
  newIdentity: async () => {
    const name = Buffer.from(entropy.bytes(12)).toString('hex');
    return { recipient: `to-${name}`, privateKey: new Secret(`of-${name}`) };
  },
  seal: async (secret, recipient) => `${recipient}|${Buffer.from(secret.reveal()).toString('hex')}`,
  open: async (sealed, { recipient, privateKey }) => {
    const [to = '', text = ''] = sealed.split('|');
    const fits = to === recipient && recipient.slice(3) === privateKey.reveal().slice(3);
    return fits ? new Secret(Buffer.from(text, 'hex').toString()) : undefined;
  },
});

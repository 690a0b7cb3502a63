// A consumer: reads its key from Vault when it starts, and asks nobody else. npm install node-vault
// VAULT_ADDR=… VAULT_TOKEN=… node consumer.mjs billing
import vaultClient from 'node-vault';

const [field = 'billing'] = process.argv.slice(2);
const vault = vaultClient();
const { data } = await vault.read('secret/data/shop/keys');
const key = data.data[field];
// The public prefix, up to and with the id, names the version; the rest is secret.
console.log(`${field}: ${key.slice(0, 20)} (version ${data.metadata.version} of the secret)`);

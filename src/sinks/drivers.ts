/** The drivers, by type of sink. `dotenv` and `file` are no objects: they have an adapter of their own (files/). */
<<<<<<< HEAD
import { openAwsSecretsManager } from './aws/secrets-manager.js';
import type { OpenDriver } from './driver.js';
import { openGithubActions } from './github/actions.js';
import { openVault } from './vault/driver.js';

export const DRIVERS: Readonly<Record<string, OpenDriver>> = {
  'aws-secrets-manager': openAwsSecretsManager,
  'github-actions': openGithubActions,
  vault: openVault,
};
=======
import { openAge } from './age/age.js';
import type { OpenDriver } from './driver.js';
import { openExec } from './exec/exec.js';

export const DRIVERS: Readonly<Record<string, OpenDriver>> = { age: openAge, exec: openExec };
>>>>>>> 7bafd56 (feat(sinks): exec, a driver of the user's, and age, a file for recipients)

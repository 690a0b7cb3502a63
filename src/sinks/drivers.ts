/** The drivers, by type of sink. `dotenv` and `file` are no objects: they have an adapter of their own (files/). */
import { openAge } from './age/age.js';
import { openAwsSecretsManager } from './aws/secrets-manager.js';
import type { OpenDriver } from './driver.js';
import { openExec } from './exec/exec.js';
import { openGithubActions } from './github/actions.js';
import { openKubernetes } from './kubernetes/driver.js';
import { openVault } from './vault/driver.js';

export const DRIVERS: Readonly<Record<string, OpenDriver>> = {
  age: openAge,
  'aws-secrets-manager': openAwsSecretsManager,
  exec: openExec,
  'github-actions': openGithubActions,
  kubernetes: openKubernetes,
  vault: openVault,
};

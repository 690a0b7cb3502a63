/** The types of sinks, in one table. To add one is to add its file, its adapter (src/sinks/drivers.ts) and a line in both. */
<<<<<<< HEAD
import { awsSecretsManager } from './aws-secrets-manager.js';
=======
import { age } from './age.js';
>>>>>>> 7bafd56 (feat(sinks): exec, a driver of the user's, and age, a file for recipients)
import { dotenv } from './dotenv.js';
import { exec } from './exec.js';
import { file } from './file.js';
import { githubActions } from './github-actions.js';
import { vault } from './vault.js';

<<<<<<< HEAD
export const SINK_TYPES = {
  'aws-secrets-manager': awsSecretsManager,
  dotenv,
  file,
  'github-actions': githubActions,
  vault,
} as const;
=======
export const SINK_TYPES = { dotenv, file, age, exec, vault } as const;
>>>>>>> 7bafd56 (feat(sinks): exec, a driver of the user's, and age, a file for recipients)

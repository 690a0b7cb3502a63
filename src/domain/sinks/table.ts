/** The types of sinks, in one table. To add one is to add its file, its adapter (src/sinks/drivers.ts) and a line in both. */
import { age } from './age.js';
import { awsSecretsManager } from './aws-secrets-manager.js';
import { dotenv } from './dotenv.js';
import { exec } from './exec.js';
import { file } from './file.js';
import { githubActions } from './github-actions.js';
import { kubernetes } from './kubernetes.js';
import { vault } from './vault.js';

export const SINK_TYPES = {
  age,
  'aws-secrets-manager': awsSecretsManager,
  dotenv,
  exec,
  file,
  'github-actions': githubActions,
  kubernetes,
  vault,
} as const;

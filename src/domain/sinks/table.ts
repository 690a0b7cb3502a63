/** The types of sinks, in one table. To add one is to add its file, its adapter (src/sinks/drivers.ts) and a line in both. */
import { awsSecretsManager } from './aws-secrets-manager.js';
import { dotenv } from './dotenv.js';
import { file } from './file.js';
import { githubActions } from './github-actions.js';
import { kubernetes } from './kubernetes.js';
import { vault } from './vault.js';

export const SINK_TYPES = {
  'aws-secrets-manager': awsSecretsManager,
  dotenv,
  file,
  'github-actions': githubActions,
  kubernetes,
  vault,
} as const;

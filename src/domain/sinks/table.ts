/** The types of sinks, in one table. To add one is to add its file, its adapter (src/sinks/drivers.ts) and a line in both. */
import { dotenv } from './dotenv.js';
import { file } from './file.js';
import { vault } from './vault.js';

export const SINK_TYPES = { dotenv, file, vault } as const;

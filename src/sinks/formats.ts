/** The formats of files, by type of sink. */
import type { SinkPlace } from '../domain/kinds/index.js';
import { dotenvContent } from './dotenv.js';
import type { Content } from './managed-block.js';
import { wholeFileContent } from './raw-file.js';

export const contentOf = (type: SinkPlace['type'], text: string): Content =>
  type === 'dotenv' ? dotenvContent(text) : wholeFileContent(text);

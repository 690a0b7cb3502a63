/** The formats of files, by type of sink. */

import { dotenvContent } from './dotenv.js';
import type { FilePlace } from './file-place.js';
import type { Content } from './managed-block.js';
import { wholeFileContent } from './raw-file.js';

export const contentOf = (type: FilePlace['type'], text: string): Content =>
  type === 'dotenv' ? dotenvContent(text) : wholeFileContent(text);

/**
 * The folder that was looked into last, kept open: the files of a fleet share few folders, and walking to one safely
 * costs more than reading a file in it. What is read through it belongs to the folder that the path led to.
 */
import { closeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Place } from './contained-path.js';
import { type Folder, openFolder } from './folder.js';

export class OpenFolder {
  #path = '';
  #folder: Folder | undefined;

  /** The folder of a sink, open until another is asked for; undefined when it is missing. Throws as `openFolder`. */
  of(place: Place): Folder | undefined {
    // Sinks in one folder are below the same root, which is always the innermost.
    const path = dirname(place.path);
    if (this.#folder === undefined || path !== this.#path) {
      this.close();
      this.#folder = openFolder(place, 'leave');
      this.#path = path;
    }
    return this.#folder;
  }

  /** Afterwards the path is walked again. */
  close(): void {
    if (this.#folder) closeSync(this.#folder.fd);
    this.#folder = undefined;
  }
}

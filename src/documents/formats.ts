/** The formats of text that our schemas name. Code that is compiled ahead of time asks for them here too. */
import { parseDuration, parseInstant } from '../domain/time.js';

export const formats = {
  duration: (text: string): boolean => parseDuration(text).ok,
  instant: (text: string): boolean => parseInstant(text).ok,
} as const;

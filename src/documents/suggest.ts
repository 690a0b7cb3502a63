/** "Did you mean": the nearest known word, when it is near enough to be a slip of the finger. */
import { distance } from 'fastest-levenshtein';

/** Words longer than this are not compared: the cost is the product of the lengths. */
const LENGTH_MAX = 64;
/** So many known names are compared at most, to keep a large project's errors fast. */
const CANDIDATES_MAX = 20_000;

/** The known word nearest to `word`; undefined when none is within a third of its length. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LENGTH_MAX) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  let compared = 0;
  for (const candidate of known) {
    if (++compared > CANDIDATES_MAX) break;
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const away = distance(word.toLowerCase(), candidate.toLowerCase());
    if (away < bestDistance) {
      best = candidate;
      bestDistance = away;
    }
  }
  return best;
}

/** How many names a person reads. */
const NAMES_MAX = 5;

/** The first few of them. */
export const listed = (names: readonly string[]): string =>
  `${names.slice(0, NAMES_MAX).join(', ')}${names.length > NAMES_MAX ? ', …' : ''}`;

/** The help of an unknown word; undefined when nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const best = nearest(word, known);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

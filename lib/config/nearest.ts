/**
 * What somebody may have meant by a word that is not known.
 *
 * @module
 */

import { LIMITS } from "../limits.ts";

const MAX_SHOWN = 3;

/**
 * The candidates that are close enough to a word to be what was meant, nearest first, at most three: within a third
 * of its length in edits (letters added, dropped, exchanged or swapped with their neighbour), at least one; case
 * does not count. A candidate that begins with the word is close, too, when the word has three letters or more. What
 * is longer than a name can be is close to nothing.
 */
export function nearest(word: string, candidates: readonly string[]): readonly string[] {
  if (word.length > LIMITS.nameLength.most) return [];
  const folded = word.toLowerCase();
  const reach = Math.max(1, Math.floor(folded.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: distanceOf(folded, candidate.toLowerCase(), reach) }))
    .filter(({ distance }) => distance <= reach)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, MAX_SHOWN)
    .map(({ candidate }) => candidate);
}

function distanceOf(word: string, candidate: string, reach: number): number {
  if (word.length >= 3 && candidate.startsWith(word)) return Math.min(reach, candidate.length - word.length);
  if (Math.abs(word.length - candidate.length) > reach) return Infinity;
  return editDistance(word, candidate, reach);
}

/**
 * Optimal string alignment: Levenshtein's distance with swapped neighbours as one edit.
 *
 * @param reach what is further apart is `Infinity`, as soon as that is certain
 */
export function editDistance(a: string, b: string, reach = Infinity): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    // A swap goes on from two rows before.
    if (Math.min(...current) > reach && Math.min(...last) > reach) return Infinity;
    beforeLast = last;
    last = current;
  }
  const distance = last[b.length] ?? 0;
  return distance > reach ? Infinity : distance;
}

/** A hint for an unknown word: `Did you mean "a" or "b"?`; `undefined` when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const near = nearest(word, candidates).map((candidate) => JSON.stringify(candidate));
  return near.length === 0 ? undefined : `Did you mean ${near.join(" or ")}?`;
}

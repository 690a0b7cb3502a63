/** What a benchmark prints: one line a figure, beside its baseline of the same run and its target. */

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Something well known, measured in the same run. `ratio` says how Keywright compares, as the target counts it. */
  readonly baseline?: { readonly what: string; readonly value: number };
  readonly ratio?: number;
  readonly target?: { readonly text: string; readonly isMet: boolean };
}

export const isQuick = process.env['BENCH_QUICK'] === '1';

export function report(figure: Figure): void {
  const { what, value, unit, baseline, ratio, target } = figure;
  if (process.env['BENCH_JSON'] === '1') {
    console.log(JSON.stringify({ bench: process.env['BENCH'], ...figure }));
    return;
  }
  const parts = [`  ${what.padEnd(58)} ${number(value).padStart(11)} ${unit}`];
  if (ratio !== undefined && baseline !== undefined)
    parts.push(`${number(ratio)} × ${baseline.what} (${number(baseline.value)} ${unit})`);
  if (target !== undefined) parts.push(`target ${target.text}: ${target.isMet ? 'met' : 'NOT MET'}`);
  console.log(parts.join(' · '));
}

/** A word on the terminal about what is being prepared; not a figure. */
export function note(text: string): void {
  console.error(`  … ${text}`);
}

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

export const atMost = (value: number, limit: number, unit: string) => ({
  text: `≤ ${limit.toLocaleString('en')} ${unit}`.trim(),
  isMet: value <= limit,
});

export const atLeast = (value: number, limit: number, unit: string) => ({
  text: `≥ ${limit.toLocaleString('en')} ${unit}`.trim(),
  isMet: value >= limit,
});

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function quantile(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/**
 * Keywright and the baseline by turns, so that a busy moment of the machine meets both. The ratio is the
 * median of the paired ratios, not the ratio of medians.
 */
export async function alternate(
  rounds: number,
  ours: () => Promise<number> | number,
  baseline: () => Promise<number> | number,
): Promise<{ readonly ours: number; readonly baseline: number; readonly ratio: number }> {
  const pairs: { readonly ours: number; readonly baseline: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    // The order changes by turns as well.
    const first = round % 2 === 0 ? await ours() : undefined;
    const base = await baseline();
    pairs.push({ ours: first ?? (await ours()), baseline: base });
  }
  return {
    ours: median(pairs.map((pair) => pair.ours)),
    baseline: median(pairs.map((pair) => pair.baseline)),
    ratio: median(pairs.map((pair) => pair.ours / pair.baseline)),
  };
}

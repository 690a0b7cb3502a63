/** The progress of an apply: the bar, and which connections are waited for, and why. */
import type { ApplyEvent } from '../apply/attempts.js';
import { formatDuration } from '../domain/time.js';
import type { Sinks } from '../ports/sink.js';
import { printable } from '../render/text-format.js';
import type { Terminal } from './terminal.js';

export interface ApplyProgress {
  onEvent(event: ApplyEvent): void;
  stop(): void;
}

/** Without a terminal that shows a bar, a connection that does not answer is said once, in a line of its own. */
export function applyProgress(
  terminal: Pick<Terminal, 'progress' | 'err' | 'isInteractive'>,
  { total, sinks }: { readonly total: number; readonly sinks: Pick<Sinks, 'limiting'> },
): ApplyProgress {
  const bar = terminal.progress('applying', total);
  const paused = new Map<string, string>();
  const said = new Set<string>();
  let done = 0;

  function note(): string | undefined {
    const limits = (sinks.limiting?.() ?? []).filter((name) => !paused.has(name));
    const waits = [
      ...[...paused].map(([lane, why]) => `${printable(lane)} (${why})`),
      ...limits.map((name) => `${printable(name)} (rate limit)`),
    ];
    return waits.length === 0 ? undefined : `waiting for ${waits.join(', ')}`;
  }

  return {
    onEvent: (event) => {
      if (event.kind === 'paused') {
        const { lane, error, afterMs } = event;
        const isLimit = error.retryAfterMs !== undefined;
        paused.set(lane, isLimit ? 'rate limit' : 'no answer');
        if (!terminal.isInteractive && !said.has(lane))
          terminal.err(
            `waiting for ${printable(lane)}: ${printable(error.message)}; next try in ${formatDuration(afterMs)}\n`,
          );
        said.add(lane);
      }
      if (event.kind === 'resumed') paused.delete(event.lane);
      if (event.kind === 'finished') done += 1;
      if (event.kind !== 'started') bar.update(done, note());
    },
    stop: () => bar.stop(),
  };
}

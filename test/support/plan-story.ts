/**
 * Golden stories: a script of what happens to a world, and the transcript of the plans in between. The
 * transcripts are files that people read and review; `GOLDEN=update npx jest golden` writes them anew.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type SinkDeclaration, sinkIdOf } from '../../src/domain/kinds/index.js';
import type { Receipt } from '../../src/domain/live.js';
import { type Declaration, type ObjectRef, refText } from '../../src/domain/objects.js';
import { durationMs, formatInstant } from '../../src/domain/time.js';
import { planText } from '../../src/render/plan-text.js';
import { PlanWorld } from './plan-world.js';

export class Story {
  world = new PlanWorld();
  readonly #lines: string[] = [];

  /** Something that happened, written in the transcript. */
  tell(text: string): this {
    this.#lines.push('', `# ${text}`);
    return this;
  }

  declare(...documents: readonly Declaration[]): this {
    this.world.documents = documents;
    return this.tell(
      `declared: ${documents.map((one) => refText({ kind: one.kind, name: one.metadata.name })).join(', ') || 'nothing'}`,
    );
  }

  wait(duration: string): this {
    this.world.now += durationMs(duration);
    return this.tell(`${duration} later, ${formatInstant(this.world.now)}`);
  }

  /** Another world, in which nothing has happened yet. */
  startAgain(): this {
    this.world = new PlanWorld();
    return this;
  }

  /** Shows the plan; changes nothing. */
  plan(): this {
    this.#lines.push('> plan', ...this.#planLines());
    return this;
  }

  /** Shows the plan and does it, or only its first steps, as when the process is killed. */
  apply(count?: number): this {
    this.#lines.push(
      count === undefined ? '> apply' : `> apply, killed after ${count} steps`,
      ...this.#planLines(),
    );
    this.world.apply(this.world.plan(), count);
    return this;
  }

  use(name: string, generation: number, ...consumers: readonly string[]): this {
    this.world.changeVersions(keyRef(name), (one) =>
      one.generation === generation
        ? { lastUsedAt: this.world.now, consumers: [...new Set([...one.consumers, ...consumers])] }
        : {},
    );
    return this.tell(`${consumers.join(', ') || 'somebody'} used generation ${generation} of ${name}`);
  }

  place(sink: SinkDeclaration, receipt: Receipt, scripted: string): this {
    this.world.places.set(sinkIdOf(sink), receipt);
    return this.tell(scripted);
  }

  revokeByHand(name: string, ...generations: readonly number[]): this {
    this.world.changeVersions(keyRef(name), (one) =>
      generations.includes(one.generation) ? { revokedAt: this.world.now } : {},
    );
    return this.tell(`generation ${generations.join(', ')} of ${name} was revoked by hand`);
  }

  /** Digests depend on every byte and say nothing to a reader. */
  #planLines(): readonly string[] {
    const made = this.world.plan();
    return planText(made, { color: false, now: this.world.now })
      .split('\n')
      .filter((line) => !line.startsWith('Digest: '));
  }

  transcript(): string {
    return `${this.#lines.join('\n').trim()}\n`;
  }
}

export const keyRef = (name: string): ObjectRef => ({ kind: 'ApiKey', name });

/** A test that the story's transcript is the one on file. */
export function story(name: string, script: (story: Story) => void): void {
  it(name, () => {
    const scripted = new Story();
    script(scripted);
    const file = join(__dirname, '../golden/stories', `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`);
    const text = `${name}\n${'='.repeat(name.length)}\n\n${scripted.transcript()}`;
    if (process.env['GOLDEN'] === 'update') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
}

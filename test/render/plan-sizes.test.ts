/** Plans of large fleets: what many have in common is one line, and a comment on a pull request holds them. */
import type { Waiting } from '../../src/plan/plan.js';
import { planMarkdown, planText } from '../../src/render/plan-text.js';
import { sectionsMarkdown } from '../../src/render/sections.js';
import { key, service } from '../support/plan-declarations.js';
import { PlanWorld } from '../support/plan-world.js';

const HOUR_MS = 3_600_000;

const planOf = (...documents: PlanWorld['documents']) => {
  const world = new PlanWorld();
  world.documents = [...documents];
  return world.plan();
};

const waits = (count: number, reason: Waiting['reason'] = 'SuccessorUnused'): readonly Waiting[] =>
  Array.from({ length: count }, (_, nth) => ({
    object: { kind: 'ApiKey', name: `key-${nth}` },
    reason,
    until: (nth + 2) * HOUR_MS,
    message: `message ${nth}`,
  }));

const text = (waiting: readonly Waiting[], isVerbose = false) =>
  planText({ ...planOf(), waiting }, { color: false, now: 0, isVerbose });

describe('what is waited for', () => {
  test('is listed one by one while it is a few', () => {
    expect(text(waits(3))).toContain('… ApiKey/key-2 waits: SuccessorUnused in 4h. message 2');
  });

  test('is one line where many wait for the same, with the next end and some of the names', () => {
    expect(text(waits(13))).toContain(
      '  … 13 keys wait for first use of their new version, the next in 2h: ApiKey/key-0, ApiKey/key-1, ApiKey/key-2, ApiKey/key-3, ApiKey/key-4 and 8 more (--verbose names all) (SuccessorUnused)',
    );
    expect(text(waits(13))).not.toContain('key-5');
  });

  test('is all of it with --verbose, and groups do not take in others', () => {
    expect(text(waits(13), true).match(/ waits: /g)).toHaveLength(13);
    const mixed = text([...waits(5), ...waits(2, 'Unclaimed')]);
    expect(mixed.match(/ waits: Unclaimed/g)).toHaveLength(2);
    expect(mixed).toContain('5 keys wait for first use');
  });

  test('is the same in Markdown', () => {
    const made = { ...planOf(), waiting: waits(13) };
    expect(planMarkdown(made)).toContain('- 13 keys wait for first use of their new version');
    expect(planMarkdown(made, undefined, true).match(/^- ApiKey/gm)).toHaveLength(13);
  });
});

describe('Markdown', () => {
  test('of 3,000 objects fits into a comment, says what was cut, and keeps what must be seen', () => {
    const made = planOf(
      service('billing'),
      ...Array.from({ length: 3_000 }, (_, nth) => key(`key-${nth}`, { permissions: ['spaces:read'] })),
    );
    const refused = {
      code: 'RemovalGuard',
      severity: 'refuse',
      object: undefined,
      message: 'too many',
    } as const;
    const markdown = planMarkdown({ ...made, findings: [refused], waiting: waits(40, 'Unclaimed') });
    expect(markdown.length).toBeLessThan(60_000);
    expect(markdown.length).toBeGreaterThan(30_000);
    expect(markdown).toMatch(/… and \d+ more objects, cut to fit. All of them: `--output json`/);
    expect(markdown.indexOf('🛑 refused RemovalGuard')).toBeLessThan(markdown.indexOf('| create |'));
    expect(markdown).toContain('40 keys wait for');
    expect(markdown).toContain(`Digest \`${made.digest}\``);
  });

  test('is cut at every size that is asked for, whatever is long', () => {
    const rows = Array.from({ length: 500 }, (_, nth) => [`${'x'.repeat(nth * 7)}@${nth}`]);
    const sections = [1, 2, 3].map((nth) => ({ title: `Section ${nth}`, rows }));
    for (const max of [2_000, 10_000, 60_000])
      expect(sectionsMarkdown('### Head', sections, max).length).toBeLessThanOrEqual(max);
  });

  test('puts what takes something away before what is made', () => {
    const world = new PlanWorld();
    world.documents = [service('billing'), service('old'), key('a')];
    world.apply(world.plan());
    world.documents = [service('billing'), key('a'), key('b')];
    const markdown = planMarkdown(world.plan());
    expect(markdown.indexOf('| delete | Service/old |')).toBeGreaterThan(0);
    expect(markdown.indexOf('| delete |')).toBeLessThan(markdown.indexOf('| create |'));
  });
});

test('a create shows what it makes', () => {
  const made = planOf(
    service('billing'),
    key('a', { permissions: ['spaces:read', 'guests:read'], expiresAfter: '180d' }),
  );
  const line =
    'secret key of service:billing in production; permissions: guests:read, spaces:read; expires 180d after it is issued';
  expect(planText(made, { color: false, now: 0 })).toContain(line);
  expect(planMarkdown(made)).toContain(line.replaceAll('_', '\\_'));
});

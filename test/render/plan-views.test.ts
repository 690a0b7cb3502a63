/** The other faces of a plan: JSON, Markdown, drift and report. */
import { stripVTControlCharacters } from 'node:util';
import { fault } from '../../src/domain/errors.js';
import { DAY_MS } from '../../src/domain/time.js';
import { planDigest } from '../../src/plan/digest.js';
import { drift } from '../../src/plan/drift.js';
import { reportOf } from '../../src/plan/report.js';
import { driftJson, driftMarkdown, driftText } from '../../src/render/drift-text.js';
import { planJson } from '../../src/render/plan-json.js';
import { planMarkdown, planText } from '../../src/render/plan-text.js';
import { reportText } from '../../src/render/report-text.js';
import { printable, table } from '../../src/render/text-format.js';
import { dotenv, key, service } from '../support/plan-declarations.js';
import { keyRef } from '../support/plan-story.js';
import { PlanWorld, START } from '../support/plan-world.js';

const world = (): PlanWorld => {
  const made = new PlanWorld();
  made.documents = [
    service('billing', { description: 'Invoices | <b>@team</b>' }),
    key('a', { deliver: [dotenv('KEY')] }),
    key('b'),
  ];
  made.apply(made.plan());
  made.documents = [service('billing', { description: 'changed' }), ...made.documents.slice(1)];
  made.changeVersions(keyRef('a'), () => ({ revokedAt: made.now }));
  return made;
};

describe('planJson', () => {
  it('has the promised shape, with instants in ISO 8601 and nothing undefined', () => {
    const document = planJson(world().plan());
    expect(Object.keys(document).slice(0, 6)).toEqual([
      'apiVersion',
      'kind',
      'project',
      'digest',
      'basedOn',
      'now',
    ]);
    expect(document).toMatchObject({
      apiVersion: 'keywright.dev/v1',
      kind: 'Plan',
      now: '2027-01-01T00:00:00.000Z',
      basedOn: { desired: 'desired' },
      summary: { update: 1, rotate: 1 },
      waiting: [{ object: { kind: 'ApiKey', name: 'b' }, reason: 'Unclaimed' }],
    });
    for (const step of document.steps)
      expect(Object.keys(step)).toEqual(
        expect.arrayContaining(['id', 'action', 'object', 'reason', 'detail']),
      );
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it('loses nothing: the digest of what is read back is the plan’s', () => {
    const made = world().plan();
    const read = JSON.parse(JSON.stringify(planJson(made)));
    expect(planDigest(read)).toBe(made.digest);
  });
});

describe('planMarkdown', () => {
  it('makes a table for a pull request in which no value becomes markup', () => {
    const text = planMarkdown(world().plan());
    expect(text).toContain('| update | Service/billing | DeclarationChanged |');
    expect(text).toContain('Invoices \\| &#60;b&#62;&#64;team&#60;/b&#62; → changed');
    expect(text).not.toMatch(/<b>|@team/);
  });
});

describe('planText', () => {
  it('is coloured only when asked', () => {
    const made = world().plan();
    const options = { now: made.now };
    const coloured = planText(made, { ...options, color: true });
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(planText(made, { ...options, color: false }));
  });
});

describe('drift', () => {
  const causes = new Map([
    ['ApiKey/a', { since: START, actor: 'ada@build-7\u001b[2J', path: 'cli:revoke' }],
    ['Service/billing', { documents: true as const }],
  ]);

  it('says since when, by whom and by which path live differs', () => {
    const made = drift(world().plan(), causes);
    const text = driftText(made, { color: false, now: START });
    expect(text).toContain('2 objects differ from the documents: 1 drifted, 1 not applied yet.');
    expect(text).toContain('since 2027-01-01T00:00:00.000Z, by ada@build-7\\u{1b}[2J through cli:revoke');
    expect(text).toContain('the documents changed');
    const [first] = driftJson(made).steps.filter((step) => step.object.name === 'a');
    expect(first).toMatchObject({ cause: { since: '2027-01-01T00:00:00.000Z', path: 'cli:revoke' } });
  });

  it('says what needs no person: that time has come, or that a sink was changed', () => {
    const calm = new PlanWorld();
    calm.documents = [service('billing'), key('a', { deliver: [dotenv('KEY')] })];
    calm.apply(calm.plan());
    const shown = () => driftText(drift(calm.plan(), new Map()), { color: false, now: calm.now });
    calm.places.clear();
    expect(shown()).toContain('the sink was changed outside Keywright, so the audit log has no entry for it');
    calm.documents = [service('billing'), key('b', { rotation: { every: '1d', overlap: '1h' } })];
    calm.apply(calm.plan());
    calm.now += 2 * DAY_MS;
    expect(shown()).toMatch(/ApiKey\/b \(RotationDue\)[\s\S]*it became due; no change was made/);
  });

  it('is a table for a pull request in which no value becomes markup', () => {
    const text = driftMarkdown(drift(world().plan(), causes));
    expect(text).toContain('### Keywright drift of acme\n\n2 objects differ');
    expect(text).toMatch(
      /^\| update \| Service\/billing \| DeclarationChanged \|.*\| not applied yet: the documents changed \|$/m,
    );
    expect(text).toMatch(
      /^\| rotate \| ApiKey\/a \|.*\| drifted: since 2027-01-01T00:00:00.000Z, by ada&#64;build-7/m,
    );
    expect(text).not.toMatch(/<b>|@team/);
  });

  it('says so when it is empty', () => {
    const calm = new PlanWorld();
    expect(driftMarkdown(drift(calm.plan(), new Map()))).toBe(
      '### Keywright drift of acme\n\nNo drift: the live store matches the documents.',
    );
    expect(driftText(drift(calm.plan(), new Map()), { color: false, now: START })).toBe(
      'No drift: the live store matches the documents.',
    );
  });
});

describe('reportText', () => {
  it('shows failures in full and successes by count', () => {
    const report = reportOf('d', [
      { step: 'ApiKey/a issue 2', status: 'succeeded' },
      { step: 'ApiKey/a deliver 2', status: 'failed', error: fault('sink_moved', 'somebody wrote there') },
      { step: 'ApiKey/a promote 2', status: 'not-attempted' },
    ]);
    expect(report.summary).toEqual({ succeeded: 1, failed: 1, notAttempted: 1 });
    expect(reportText(report, { color: false }).split('\n')).toEqual([
      '  ✗ failed ApiKey/a deliver 2: somebody wrote there (sink_moved)',
      '  · not attempted ApiKey/a promote 2',
      'Partly applied: 1 step done, 1 failed, 1 not attempted.',
      'The next plan continues where this one stopped.',
    ]);
  });

  it('says how many steps were not begun, and not each of thousands', () => {
    const why = fault('interrupted', 'the run was interrupted');
    const report = reportOf('d', [
      { step: 'ApiKey/a issue 1', status: 'succeeded' },
      ...Array.from({ length: 2_709 }, (_, nth) => ({
        step: `ApiKey/k${nth} issue 1`,
        status: 'not-attempted' as const,
        error: why,
      })),
    ]);
    expect(reportText(report, { color: false }).split('\n')).toEqual([
      '  · not attempted: 2709 steps: the run was interrupted (interrupted)',
      'Partly applied: 1 step done, 2709 not attempted.',
      'The next plan continues where this one stopped.',
    ]);
  });

  it('names as many failures as a person reads', () => {
    const error = fault('sink_unavailable', 'read-only file system');
    const results = Array.from({ length: 3_000 }, (_, nth) => ({
      step: `ApiKey/k${nth} deliver 1`,
      status: 'failed' as const,
      error,
    }));
    const lines = reportText(reportOf('d', results), { color: false }).split('\n');
    expect(lines).toHaveLength(53);
    expect(lines[50]).toBe('  … and 2950 more failed; all of them: --output json');
  });
});

describe('words', () => {
  it('write out what could move the cursor or hide text', () => {
    expect(printable('a\u001b[31m\u202eb\u0000\u200b\r\n')).toBe(
      'a\\u{1b}[31m\\u{202e}b\\u{0}\\u{200b}\\u{d}\\u{a}',
    );
    expect(printable('Zoë → 名')).toBe('Zoë → 名');
  });

  it('align columns without trailing blanks', () => {
    expect(
      table([
        ['A', 'BB', 'C'],
        ['long', '', ''],
      ]),
    ).toBe('A     BB  C\nlong\n');
  });
});

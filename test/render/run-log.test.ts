/** The log of a controller: news once, in one line each, with nothing in it that could do harm. */
import { after, type ControllerEvent, type PassOutcome, starting } from '../../src/controller/status.js';
import { fault } from '../../src/domain/errors.js';
import { reportOf } from '../../src/plan/report.js';
import { type LogLine, logJson, logLines, logText } from '../../src/render/run-log.js';
import { outcome, refusal, worked } from '../support/controller-world.js';
import { key, service } from '../support/plan-declarations.js';
import { PlanWorld } from '../support/plan-world.js';

const AT = Date.parse('2027-01-01T00:00:00Z');

/** What a controller logs that goes through these events. */
function logOf(...events: readonly ControllerEvent[]): readonly string[] {
  let status = starting(AT);
  return events.flatMap((event) => {
    const lines = logLines(event, status).map(logText);
    status = after(status, event);
    return lines.map((line) => line.replace('2027-01-01T00:00:00.000Z ', ''));
  });
}

type Result = ReturnType<typeof outcome>;

const event = (result: Result): ControllerEvent =>
  result.ok
    ? { kind: 'passed', at: AT, tookMs: 1, outcome: result.value, nextAt: AT + 60_000 }
    : { kind: 'failed', at: AT, tookMs: 1, failure: result.error, nextAt: AT + 60_000 };

const changedByHand: Partial<PassOutcome> = {
  heldBack: [
    {
      object: { kind: 'ApiKey', name: 'app' },
      reason: 'ChangedManually',
      steps: [],
      cause: { since: AT, actor: 'ada', path: 'cli:revoke' },
    },
  ],
};

test('says what was done, what failed, and nothing of passes that found nothing new', () => {
  expect(logOf({ kind: 'leading', at: AT }, event(worked(1)), event(outcome()), event(outcome()))).toEqual([
    'info  leading',
    'error applied 1 step, 1 failed, 0 not attempted; the plan was: no steps now; 0 unchanged',
    'error step 0: the disk is full (sink_unavailable)',
  ]);
});

test('says what was done to each object, for programs as well, however many they are', () => {
  const world = new PlanWorld();
  world.documents = [service('billing'), ...Array.from({ length: 80 }, (_, nth) => key(`key-${nth}`))];
  const plan = world.plan();
  const report = reportOf(
    plan.digest,
    plan.steps.map(({ id }) => ({ step: id, status: 'succeeded' as const })),
  );
  const lines = logLines(event(outcome({ plan, report })), starting(AT));
  const changed = lines.filter((line) => line.event === 'changed');
  expect(changed).toHaveLength(81);
  expect(changed.find(({ object }) => object === 'ApiKey/key-79')).toMatchObject({
    level: 'info',
    action: 'create',
    reason: 'NotFound',
    message: expect.stringMatching(/^ApiKey\/key-79: create \(NotFound\); .*issue version 1/),
  });
  expect(JSON.parse(logJson(changed[0] as LogLine))).toMatchObject({
    event: 'changed',
    object: 'Service/billing',
  });
});

test('says nothing of objects whose steps failed or were not begun', () => {
  const world = new PlanWorld();
  world.documents = [service('billing'), service('other')];
  const plan = world.plan();
  const results = plan.steps.map(({ id }, at) => ({
    step: id,
    status: at === 0 ? ('succeeded' as const) : ('not-attempted' as const),
  }));
  const lines = logLines(event(outcome({ plan, report: reportOf(plan.digest, results) })), starting(AT));
  expect(lines.filter((line) => line.event === 'changed').map(({ object }) => object)).toEqual([
    'Service/billing',
  ]);
});

test('names the command of a flag that it does not have itself', () => {
  const finding = {
    code: 'RemovalGuard',
    severity: 'refuse',
    object: undefined,
    message: 'Too many. If that is meant: --allow-removals 12.',
  } as const;
  const { value } = outcome() as Extract<Result, { ok: true }>;
  const lines = logOf(event(outcome({ plan: { ...value.plan, findings: [finding] } })));
  expect(lines).toEqual([
    'error RemovalGuard: Too many. If that is meant: keywright apply --allow-removals 12.',
  ]);
});

test('says of a pass that was interrupted why the rest was not begun, once', () => {
  const error = fault('interrupted', 'the run was interrupted before this was done');
  const steps = ['one', 'two', 'three'].map((step) => ({ step, status: 'not-attempted' as const, error }));
  const report = reportOf('digest', [{ step: 'zero', status: 'succeeded' }, ...steps]);
  expect(logOf(event(outcome({ report })))).toEqual([
    'warn  applied 1 step, 0 failed, 3 not attempted; the plan was: no steps now; 0 unchanged',
    'warn  the run was interrupted before this was done',
  ]);
});

test('says a failure once, and when it is over', () => {
  const away = event(refusal('store_unreachable', 'the server is away'));
  expect(logOf(away, away, away, event(outcome()), away)).toEqual([
    'error the server is away (store_unreachable); next try in 60s',
    'info  recovered',
    'error the server is away (store_unreachable); next try in 60s',
  ]);
});

test('says every error of the documents with its place', () => {
  const position = { file: 'specs/a.yaml', line: 3, column: 7 };
  const failure = {
    fault: fault('invalid_documents', '1 error'),
    problems: [{ position, message: 'no such field' }],
  };
  expect(logOf(event({ ok: false, error: failure }))).toEqual([
    'error 1 error (invalid_documents)',
    'error specs/a.yaml:3:7: no such field',
  ]);
});

test('says what is left undone and who changed it, once, and when that is over', () => {
  const drifted = event(outcome(changedByHand));
  expect(logOf(drifted, drifted, event(outcome()))).toEqual([
    'warn  ApiKey/app is held back: it was changed outside the documents by ada through cli:revoke at 2027-01-01T00:00:00.000Z; --drift report only reports it',
    'info  nothing is held back',
  ]);
});

test('logs a bug with its stack, and of a large fleet no more than a reader needs', () => {
  const bug = fault('internal', 'a bug', new TypeError('x is not a function'));
  const [line] = logOf(event({ ok: false, error: { fault: bug, problems: [] } }));
  expect(line).toMatch(
    /^error a bug \(internal\); next try in 60s: TypeError: x is not a function\\u\{a\} +at /,
  );
  const lines = logOf(event(worked(1_000)));
  expect([lines.length, lines.at(-1)]).toEqual([51, 'warn  951 more lines about this pass are not shown']);
});

test('is one line an entry, also in JSON, whatever a message holds', () => {
  const nasty = event(refusal('internal', 'two\nlines \u001b[2J\u202e'));
  expect(logOf(nasty)).toEqual(['error two\\u{a}lines \\u{1b}[2J\\u{202e} (internal); next try in 60s']);
  const [line] = logLines(nasty, starting(AT)).map(logJson);
  expect(line?.split('\n')).toHaveLength(1);
  expect(JSON.parse(line ?? '')).toMatchObject({
    at: '2027-01-01T00:00:00.000Z',
    level: 'error',
    event: 'failed',
  });
});

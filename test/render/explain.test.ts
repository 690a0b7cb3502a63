/** The story of one object: golden texts for people, and the shape that programs get. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { LiveObject } from '../../src/domain/live.js';
import type { ObjectRef } from '../../src/domain/objects.js';
import { DAY_MS, HOUR_MS } from '../../src/domain/time.js';
import { keyForecast, objectForecast } from '../../src/plan/forecast.js';
import { SINK_STATES, type SinkRow, sinkStatesOf } from '../../src/plan/sink-states.js';
import type { AuditEntry } from '../../src/ports/live-store.js';
import { explanationJson, explanationMarkdown, explanationText } from '../../src/render/explain.js';
import { type Explanation, statusOf } from '../../src/render/explanation.js';
import { timelineOf } from '../../src/render/timeline.js';
import { dotenv, guest, key, service, space } from '../support/plan-declarations.js';
import { keyRef } from '../support/plan-story.js';
import { PlanWorld, START } from '../support/plan-world.js';

/** What an audit log has of a key that was issued, rotated and partly revoked. */
const HISTORY: readonly AuditEntry[] = [
  entry('object.created', { origin: 'declared', project: 'acme' }),
  entry('key.issued', { generation: 1, tokenId: 'v00000000001', expiresAt: START + 180 * DAY_MS }),
  entry('key.promoted', { generation: 1, sinks: ['dotenv:secrets/app.env#KEY'] }),
  entry('key.rotation-requested', {}, 'cli:rotate'),
  entry('key.issued', { generation: 2, tokenId: 'v00000000002' }),
  entry('key.promoted', { generation: 2, sinks: ['dotenv:secrets/app.env#KEY'] }),
  entry('key.revoked', {
    versions: [
      { generation: 1, revokedAt: START },
      { generation: 2, revokedAt: START + DAY_MS },
    ],
  }),
  entry('person.blessed', { by: 'mail\u202e', level: 3 }),
];

function entry(action: string, detail: AuditEntry['detail'], path = 'apply'): AuditEntry {
  const hashes = { previousHash: '', hash: '' };
  return { seq: 7, at: START, actor: 'ada@build-7', path, action, object: 'ApiKey/app', detail, ...hashes };
}

/** A key in the middle of a hand-over, declared and live. */
function handingOver(): PlanWorld {
  const world = new PlanWorld();
  world.documents = [service('billing'), key('app', { deliver: [dotenv('KEY')], expiresAfter: '180d' })];
  world.apply(world.plan());
  world.now += DAY_MS;
  world.changeKey(keyRef('app'), () => ({ rotationRequestedAt: world.now }));
  world.apply(world.plan());
  world.changeVersions(keyRef('app'), ({ generation }) =>
    generation === 1 ? { lastUsedAt: world.now, consumers: ['checkout'] } : {},
  );
  world.now += HOUR_MS;
  return world;
}

/** As `sinkRows` (src/observe) makes them of what the world's sinks hold. */
function sinksIn(world: PlanWorld, { ref }: LiveObject): readonly SinkRow[] {
  const live = world.live(ref);
  const receipts = new Map(live.deliveries.map(({ sink }) => [sink, world.receipt(sink)]));
  const confirmedAt = live.key?.versions.findLast(({ promotedAt }) => promotedAt !== undefined)?.promotedAt;
  return sinkStatesOf(live, receipts).map((state) => ({
    ...{ key: ref, ...state, where: 'here' },
    ...(confirmedAt !== undefined && { confirmedAt }),
  }));
}

/** Every word for what a sink holds. */
const EVERY_STATE: readonly SinkRow[] = [
  row('vault:v/secret:shop/a#K', { state: 'held', version: 2 }, 'v'),
  row('exec:./drivers/etcd.sh@/shop/b#*', { state: 'recorded', version: 2 }),
  row('dotenv:secrets/c.env#K', { state: 'missing' }),
  row('dotenv:secrets/d.env#K', { state: 'edited' }),
  row('vault:v/secret:shop/e#K', { state: 'older version', version: 1 }, 'v'),
  row('kubernetes:k/shop/f#K', { state: 'taken over', detail: 'argocd' }, 'k'),
  row('file:secrets/g#raw', { state: 'elsewhere', version: 2, detail: 'build-8 /work' }),
  row('vault:w/secret:shop/h#K', { state: 'unreadable', detail: 'Vault is sealed' }, 'w'),
];

function row(
  sink: string,
  state: Pick<SinkRow, 'state' | 'version' | 'detail'>,
  connection?: string,
): SinkRow {
  return {
    ...{ sink, key: keyRef('app'), ...state, confirmedAt: START + HOUR_MS, where: 'build-7 /work' },
    ...(connection !== undefined && { connection, isReachable: connection !== 'w' }),
  };
}

function explain(world: PlanWorld, ref: ObjectRef, more: Partial<Explanation> = {}): Explanation {
  const live = world.objects.get(`${ref.kind}/${ref.name}`);
  const { steps, findings, waiting } = world.plan();
  const isOurs = ({ object }: { readonly object: ObjectRef | undefined }) => object?.name === ref.name;
  const spec = live?.declaration.kind === 'ApiKey' ? live.declaration.spec : undefined;
  return {
    ref,
    now: world.now,
    declared: { project: 'acme', position: { file: 'specs/app.yaml', line: 12, column: 3 } },
    live,
    sinks: live ? sinksIn(world, live) : [],
    history: HISTORY,
    needs: [
      { ref: { kind: 'Environment', name: 'production' }, isLive: true, isDeclared: false },
      { ref: { kind: 'Service', name: 'billing' }, isLive: true, isDeclared: true },
    ],
    neededBy: [],
    plan: {
      steps: steps.filter(isOurs),
      findings: findings.filter(isOurs),
      waiting: waiting.filter(isOurs),
    },
    ahead: spec ? keyForecast({ ref, spec, facts: live?.key }, world.now) : [],
    ...more,
  };
}

const sectionOf = (text: string, section: RegExp): string => section.exec(text)?.[0] ?? '';

/** `GOLDEN=update` writes it anew. */
function expectGolden(name: string, text: string): void {
  const file = join(__dirname, 'explain', name);
  if (process.env['GOLDEN'] === 'update') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

const APP = keyRef('app');
const PLAIN = { color: false };

describe('the story of an object', () => {
  it('of a key that is handed over', () => {
    const explanation = explain(handingOver(), APP);
    expect(statusOf(explanation)).toBe('converged');
    expectGolden('handing-over.txt', explanationText(explanation, PLAIN));
    expectGolden('handing-over.md', `${explanationMarkdown(explanation)}\n`);
  });

  it('of a key whose sinks hold all sorts of things, sink by sink', () => {
    const world = handingOver();
    const live = world.live(APP);
    const deliveries = EVERY_STATE.slice(1).map(({ sink }) => ({
      ...{ sink, machine: 'build-7 /work', generation: 2, fingerprint: 'f' },
    }));
    const explanation = explain(world, APP, { live: { ...live, deliveries }, sinks: EVERY_STATE });
    const text = explanationText(explanation, PLAIN);
    expectGolden('sinks.txt', sectionOf(text, /^Sinks\n(?: .*\n)+/m));
    expectGolden('sinks.md', sectionOf(explanationMarkdown(explanation), /\*\*Sinks\*\*\n\n(?:.+\n)+/));
    const { sinks } = explanationJson(explanation);
    expect(sinks.map(({ state }) => state)).toEqual(Object.keys(SINK_STATES));
    expect(sinks[4]).toEqual({
      ...{ type: 'vault', sink: 'vault:v/secret:shop/e#K', key: APP, version: 1, state: 'older version' },
      ...{ confirmedAt: '2027-01-01T01:00:00.000Z', connection: { name: 'v', isReachable: true } },
    });
    expect(sinks[7]).toMatchObject({
      version: null,
      detail: 'Vault is sealed',
      connection: { isReachable: false },
    });
  });

  it('of a key whose sink was emptied since', () => {
    const world = handingOver();
    world.places.clear();
    const text = explanationText(explain(world, APP), PLAIN);
    expect(text).toMatch(/^ {2}dotenv secrets\/app\.env#KEY {2}missing {2}version 2 last confirmed at /m);
    expect(explanationJson(explain(world, APP)).sinks).toMatchObject([{ state: 'missing', version: null }]);
  });

  it('of a key that is declared and was never made', () => {
    const world = new PlanWorld();
    world.documents = [service('billing'), key('app', { deliver: [dotenv('KEY')] })];
    const explanation = explain(world, APP, { history: [] });
    expect(statusOf(explanation)).toBe('declared');
    expectGolden('declared.txt', explanationText(explanation, PLAIN));
  });

  it('of a key that was removed', () => {
    const world = handingOver();
    world.documents = [service('billing')];
    world.apply(world.plan());
    const removed = entry('object.deleted', { endsAt: START + DAY_MS });
    const explanation = explain(world, APP, {
      declared: undefined,
      history: [...HISTORY, removed],
      needs: [],
    });
    expect(statusOf(explanation)).toBe('removed');
    expectGolden('removed.txt', explanationText(explanation, PLAIN));
  });

  it('of a key that was stopped manually and revoked ahead, and whose sink is gone', () => {
    const world = handingOver();
    world.changeKey(APP, () => ({ deactivatedAt: world.now }));
    world.changeVersions(APP, () => ({ revokedAt: world.now + DAY_MS }));
    expectGolden('stopped.txt', explanationText(explain(world, APP), PLAIN));
  });

  it('of an environment that came with the store, and of what needs it, shortened', () => {
    const neededBy = Array.from({ length: 30 }, (_, at) => ({
      ref: keyRef(`key-${at}`),
      isLive: true,
      isDeclared: at % 2 === 0,
      ...(at === 3 && { endsAt: START + DAY_MS }),
    }));
    const history = [
      { ...entry('object.created', { origin: 'system' }), actor: 'keywright', path: 'first-start' },
    ];
    const explanation = explain(
      new PlanWorld(),
      { kind: 'Environment', name: 'production' },
      { declared: undefined, history, needs: [], neededBy },
    );
    expect(statusOf(explanation)).toBe('undeclared');
    expectGolden('environment.txt', explanationText(explanation, PLAIN));
  });

  it('tells a rename from both sides, without what only a log needs', () => {
    const renamed = [
      entry('object.renamed', { to: 'app' }),
      entry('object.renamed', { from: 'old', digest: 'd', manager: 'documents', project: 'acme' }),
    ];
    expect(timelineOf(renamed).map(({ text }) => text)).toEqual([
      'was renamed to app',
      'was renamed from old',
    ]);
  });

  it('names what is in an environment as its document does, for programs', () => {
    const world = new PlanWorld();
    const auditor = guest('auditor', { expiresAfter: '14d', grants: [{ space: 'onboarding' }] });
    world.documents = [space('onboarding'), auditor];
    world.apply(world.plan());
    const ref = { kind: 'Guest', name: 'production/auditor' } as const;
    const object = { kind: 'Guest', name: 'auditor', environment: 'production' };
    const live = world.live(ref);
    const ahead = objectForecast({ ref, declaration: auditor, live }, world.now);
    const onboarding = { kind: 'Space', name: 'production/onboarding' } as const;
    const needs = [{ ref: onboarding, isLive: true, isDeclared: true }];
    expect(explanationJson(explain(world, ref, { live, ahead, needs }))).toMatchObject({
      object,
      needs: [{ ref: { kind: 'Space', name: 'onboarding', environment: 'production' } }],
      ahead: [{ object, what: 'lapses', at: '2027-01-15T00:00:00.000Z' }],
    });
  });

  it('is coloured only when asked', () => {
    const explanation = explain(handingOver(), APP);
    const coloured = explanationText(explanation, { color: true });
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(explanationText(explanation, PLAIN));
  });

  it('is the same for programs, with instants in ISO 8601 and nothing undefined', () => {
    const document = explanationJson(explain(handingOver(), APP));
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document).toMatchObject({
      apiVersion: 'keywright.dev/v1',
      kind: 'Explanation',
      object: APP,
      status: 'converged',
      declared: { project: 'acme', file: 'specs/app.yaml', line: 12 },
      live: { kind: 'ApiKey', status: { versions: [{ generation: 1 }, { generation: 2 }] } },
      lastUsed: [{ generation: 1, at: '2027-01-02T00:00:00.000Z', consumers: ['checkout'] }],
      waiting: [{ reason: 'OverlapRunning', until: '2027-01-03T00:00:00.000Z' }],
    });
    expect(document.ahead.map(({ what }) => what)).toEqual(['rotates', 'expires', 'expires']);
  });
});

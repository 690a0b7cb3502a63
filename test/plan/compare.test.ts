/** Which objects need a look, and which are only counted. */
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import type { Delivery, LiveSummary } from '../../src/domain/live.js';
import { compareRefs, type Declaration, declarationDigest, refOf } from '../../src/domain/objects.js';
import { NEVER } from '../../src/domain/time.js';
import { attention } from '../../src/plan/compare.js';
import { dotenv, entry, environment, key, service } from '../support/plan-declarations.js';
import { OURS, START } from '../support/plan-world.js';

const live = (declaration: Declaration, facts: Partial<LiveSummary> = {}): LiveSummary => ({
  ref: refOf(declaration),
  digest: declarationDigest(declaration),
  ownership: OURS,
  origin: 'declared',
  revision: 1,
  quietUntil: NEVER,
  deliveries: [],
  ...facts,
});

const look = (documents: readonly Declaration[], survey: readonly LiveSummary[], areKept = true) => {
  const live = [...survey].sort((a, b) => compareRefs(a.ref, b.ref));
  const { refs, totals } = attention({
    entries: documents.map(entry).sort((a, b) => compareRefs(a.ref, b.ref)),
    survey: live,
    ownership: OURS,
    now: START,
    agrees: (nth, sink) => areKept && live[nth]?.deliveries.some((one) => one.sink === sink) === true,
  });
  return { names: refs.map((ref) => ref.name), ...totals };
};

const sink = dotenv('KEY');
const delivered = key('a', { deliver: [sink] });
const delivery: Delivery = { sink: sinkIdOf(sink), generation: 1, fingerprint: 'f', machine: 'here' };

describe('an object needs no look', () => {
  it('when declared and live agree and nothing is due', () => {
    expect(look([service('a')], [live(service('a'))])).toMatchObject({
      names: [],
      unchanged: 1,
      owned: 1,
      desired: 1,
    });
  });

  it('when it came with the store, it has no owner and it is declared as it stands', () => {
    const production = environment('production', { isProd: true });
    expect(look([production], [live(production, { origin: 'system', ownership: undefined })]).names).toEqual(
      [],
    );
  });

  it('when it is not declared and came with the store or belongs to another project', () => {
    const survey = [
      live(service('a'), { origin: 'system', ownership: undefined }),
      live(service('b'), { ownership: { project: 'other', manager: 'documents' } }),
      live(service('c'), { ownership: { project: 'acme', manager: 'terraform:main' } }),
    ];
    expect(look([], survey)).toMatchObject({ names: [], owned: 0, unmanaged: 0 });
  });

  it('when it was created manually and is not declared: then it is counted as unmanaged', () => {
    expect(look([], [live(service('a'), { origin: 'manual', ownership: undefined })])).toMatchObject({
      names: [],
      unmanaged: 1,
    });
  });
});

describe('an object needs a look', () => {
  it('when it is declared and not live, and the other way round', () => {
    expect(look([service('a'), service('c')], [live(service('b')), live(service('c'))]).names).toEqual([
      'a',
      'b',
    ]);
  });

  it('when the declarations differ', () => {
    expect(look([service('a', { description: 'new' })], [live(service('a'))]).names).toEqual(['a']);
  });

  it('when another project or manager owns it', () => {
    const ownership = { project: 'acme', manager: 'terraform:main' };
    expect(look([service('a')], [live(service('a'), { ownership })]).names).toEqual(['a']);
  });

  it('when something is due', () => {
    expect(look([delivered], [live(delivered, { deliveries: [delivery], quietUntil: START })]).names).toEqual(
      ['a'],
    );
  });

  it('when a sink does not hold what was delivered', () => {
    expect(look([delivered], [live(delivered, { deliveries: [delivery] })]).names).toEqual([]);
    expect(look([delivered], [live(delivered, { deliveries: [delivery] })], false).names).toEqual(['a']);
  });

  it('when nothing was ever delivered to a declared sink', () => {
    expect(look([delivered], [live(delivered)]).names).toEqual(['a']);
  });
});

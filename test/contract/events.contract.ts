/** What every served store promises of events: what is shown of whom to whom, in pages, and what clients say. Run against each engine. */
import { workbookId } from '../../src/domain/derived-ids.js';
import { normalForm } from '../../src/domain/kinds/normal-form.js';
import { Space } from '../../src/domain/kinds/space.js';
import type { Principal } from '../../src/domain/principal.js';
import type { Event, EventQuery, Events, NewEvent } from '../../src/ports/events.js';
import type { By } from '../../src/ports/identity.js';
import { FROM, type OpenServed, ServedTestStore } from '../support/callers.js';
import { guest, space } from '../support/plan-declarations.js';
import { apiKey, OURS, refusal, unwrap } from '../support/store.js';

export interface OpenEvents extends OpenServed {
  readonly events: Events;
}

const ALL = { acknowledged: 'excluded', limit: 100, offset: 0 } as const;

export function eventsContract(name: string, open: () => Promise<OpenEvents>): void {
  describe(`events: ${name}`, () => {
    let desk: ServedTestStore;
    let events: Events;
    beforeEach(async () => {
      const served = await open();
      ({ events } = served);
      desk = await ServedTestStore.open(served);
      for (const one of ['a', 'b']) await desk.create(space(one, 'orders', 'people'));
    });
    afterEach(() => desk.store.close());

    const listed = async (query: Partial<EventQuery> = {}, by?: By) =>
      unwrap(await events.list({ ...ALL, ...query }, by ?? (await desk.root())));
    const topics = ({ events }: { readonly events: readonly Event[] }) => events.map(({ topic }) => topic);
    const idOf = async (kind: 'Environment' | 'Space', named: string) =>
      (await desk.fetch({ kind, name: named })).id;

    async function saying(topic: string, more: Partial<NewEvent['place']> = {}, by?: By): Promise<string> {
      const environmentId = await idOf('Environment', 'production');
      const event = { topic, domain: 'job', payload: {}, members: {}, place: { environmentId, ...more } };
      return unwrap(await events.post(event, by ?? (await desk.root())));
    }

    it('tells and counts page by page, oldest first, from an instant on', async () => {
      const before = await listed({ topic: 'space:created' });
      expect([before.events.length, before.total]).toEqual([2, 2]);
      desk.clock.advance(60_000);
      const since = desk.clock.now();
      for (const one of ['c', 'd', 'e']) await desk.create(space(one));
      const wanted = { topic: 'space:created', since };
      const page = await listed({ ...wanted, limit: 2, offset: 2 });
      expect([page.events.map(({ payload }) => payload['name']), page.total]).toEqual([['production/e'], 3]);
      expect(await listed({ ...wanted, offset: 9 })).toEqual({ events: [], total: 3 });
    });

    it('F5: a key sees the events of its environment and of no other, whatever it asks for', async () => {
      const there = normalForm(Space.schema, { environment: 'development' });
      await desk.create({ kind: 'Space', metadata: { name: 'there' }, spec: there });
      await desk.create(apiKey('app', { permissions: ['events:read'] }));
      const by = await desk.by(await desk.rollOut('app', 1));
      const seen = await listed({}, by);
      const own = await idOf('Environment', 'production');
      expect(new Set(seen.events.map(({ place }) => place.environmentId))).toEqual(new Set([own]));
      expect(seen.total).toBe(seen.events.length);
      const environmentId = await idOf('Environment', 'development');
      expect(await listed({ environmentId }, by)).toEqual({ events: [], total: 0 });
    });

    it('F12: a guest sees the events of the spaces and workbooks that are open to them, and counts no others', async () => {
      await desk.create(guest('gus', { grants: [{ space: 'a' }, { space: 'b', workbooks: ['orders'] }] }));
      const made = unwrap(await desk.authority.createMagicLink('production/gus', await desk.root()));
      const session = unwrap(await desk.exchange({ kind: 'magicLink', token: made.token }));
      const by = await desk.by(session.token);
      const [a, b] = [await idOf('Space', 'production/a'), await idOf('Space', 'production/b')];
      await saying('job:created', { spaceId: a });
      await saying('job:updated', { spaceId: b });
      await saying('job:ready');
      await saying('job:completed', { spaceId: b, workbookId: workbookId(b, 'orders') });
      await saying('job:failed', { spaceId: b, workbookId: workbookId(b, 'people') });
      const seen = await listed({ domain: 'job' }, by);
      expect([topics(seen), seen.total]).toEqual([['job:created', 'job:completed'], 2]);
    });

    it('tells nothing to whom nothing is open', async () => {
      await desk.create(guest('gus', { grants: [] }));
      const made = unwrap(await desk.authority.createMagicLink('production/gus', await desk.root()));
      const session = unwrap(await desk.exchange({ kind: 'magicLink', token: made.token }));
      expect(await listed({}, await desk.by(session.token))).toEqual({ events: [], total: 0 });
      const powerless: Principal = { ...(await desk.root()).principal, permissions: [] };
      expect(await listed({}, { principal: powerless, context: FROM })).toEqual({ events: [], total: 0 });
    });

    it('leaves out what was dealt with, unless it is asked for; dealing with it again changes nothing', async () => {
      const [first, second] = [await saying('job:created'), await saying('job:updated')];
      unwrap(await events.acknowledge(first, await desk.root()));
      const then = desk.clock.now();
      desk.clock.advance(1_000);
      unwrap(await events.acknowledge(first, await desk.root()));
      expect((await listed({ domain: 'job' })).events.map(({ id }) => id)).toEqual([second]);
      const found = await listed({ domain: 'job', acknowledged: 'included' });
      expect(found.events.map(({ acknowledged }) => acknowledged?.at)).toEqual([then, undefined]);
    });

    it('keeps the newest thousand that clients said of an environment, and all that the log tells', async () => {
      const before = (await listed()).events.length;
      const first = await saying('job:created');
      desk.clock.advance(1);
      for (let count = 0; count < 1_000; count++) await saying('job:updated');
      expect((await listed()).total).toBe(before + 1_000);
      expect(refusal(await events.get(first, await desk.root()))).toBe('not_found');
    });

    it('follows a space through another name, and reports its removal', async () => {
      const id = await idOf('Space', 'production/a');
      const { revision } = await desk.fetch({ kind: 'Space', name: 'production/a' });
      const former = { kind: 'Space', name: 'production/a' } as const;
      unwrap(
        await desk.mutate({ kind: 'update', declaration: space('z'), ownership: OURS, revision, former }),
      );
      unwrap(await desk.remove({ kind: 'Space', name: 'production/z' }));
      expect(topics(await listed({ spaceId: id }))).toEqual([
        'space:created',
        'space:updated',
        'space:deleted',
      ]);
    });
  });
}

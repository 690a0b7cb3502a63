/** What every served store promises of environments, spaces, agents, guests and people that callers make. Run against each engine. */
import { workbookId } from '../../src/domain/derived-ids.js';
import type { LiveObject } from '../../src/domain/live.js';
import type { NewRoom, Rooms } from '../../src/ports/spaces.js';
import type { People } from '../../src/ports/users.js';
import { Desk, type OpenServed } from '../support/callers.js';
import { need, refusal } from '../support/store.js';

export interface OpenRooms extends OpenServed {
  readonly rooms: Rooms;
  readonly people: People;
}

const space = (name: string, attributes = {}): NewRoom => ({
  ...{ kind: 'Space', name, labels: {}, attributes },
  spec: { environment: 'production' },
});

export function roomsContract(name: string, open: () => Promise<OpenRooms>): void {
  describe(`rooms: ${name}`, () => {
    let desk: Desk;
    let rooms: Rooms;
    let people: People;
    beforeEach(async () => {
      const served = await open();
      ({ rooms, people } = served);
      desk = await Desk.open(served);
    });
    afterEach(() => desk.store.close());

    async function made(room: NewRoom): Promise<LiveObject> {
      return desk.fetch(need(await rooms.create(room, await desk.root())));
    }
    const attributesOf = async (object: LiveObject) => need(await rooms.about([object])).get(object.id);

    it('keeps attributes beside an object, member by member, and touches nothing that is declared', async () => {
      const object = await made(space('Mr. Space', { displayOrder: 1, metadata: { a: [1] } }));
      expect(object.ref.name).toBe('production/mr-space');
      const attributes = { displayOrder: 2, namespace: undefined, metadata: null };
      need(await rooms.change({ object: object.ref, spec: {}, attributes }, await desk.root()));
      expect((await attributesOf(object))?.attributes).toEqual({ displayOrder: 2, name: 'Mr. Space' });
      expect(await desk.fetch(object.ref)).toEqual(object);
    });

    it('knows when an object was changed last: what it declares, or what is kept beside it', async () => {
      const object = await made(space('a'));
      desk.clock.advance(1_000);
      need(await rooms.change({ object: object.ref, spec: {}, attributes: { x: 1 } }, await desk.root()));
      expect((await attributesOf(object))?.updatedAt).toBe(object.createdAt + 1_000);
      desk.clock.advance(1_000);
      need(
        await rooms.change(
          { object: object.ref, spec: { description: 'b' }, attributes: {} },
          await desk.root(),
        ),
      );
      expect((await attributesOf(await desk.fetch(object.ref)))?.updatedAt).toBe(object.createdAt + 2_000);
    });

    it('writes no entry for a change that changes nothing', async () => {
      const object = await made(space('a', { x: 1 }));
      const before = await desk.entries();
      need(await rooms.change({ object: object.ref, spec: {}, attributes: { x: 1 } }, await desk.root()));
      expect(await desk.entries()).toBe(before);
    });

    it('removes several rooms or none', async () => {
      const [a, b] = [await made(space('a')), await made(space('b'))];
      const ghost = { kind: 'Space', name: 'production/ghost' } as const;
      expect(refusal(await rooms.remove([a.ref, ghost], await desk.root()))).toBe('not_found');
      expect((await desk.fetch(a.ref)).id).toBe(a.id);
      need(await rooms.remove([a.ref, b.ref], await desk.root()));
      expect(need(await desk.store.fetch([a.ref, b.ref]))).toEqual([]);
    });

    it('knows a workbook by its space and name, and keeps it while a guest is granted it', async () => {
      const object = await made(space('a'));
      const id = need(
        await rooms.createWorkbook({ space: object.ref, name: 'Orders', attributes: {} }, await desk.root()),
      );
      expect(id).toBe(workbookId(object.id, 'orders'));
      const places = [{ spaceId: object.id, workbookIds: [id] }];
      const guest = { environment: 'production', email: 'gus@example.com', places };
      const [ref] = need(await rooms.guests.create([guest], await desk.root()));
      expect(refusal(await rooms.removeWorkbook(id, await desk.root()))).toBe('in_use');
      if (ref) need(await rooms.guests.remove({ guest: ref }, await desk.root()));
      need(await rooms.removeWorkbook(id, await desk.root()));
      expect(need(await rooms.workbooks([object.id])).size).toBe(0);
    });

    it('replaces the agent of a slug, and lists those of each environment', async () => {
      const agent = { environment: 'production', attributes: { slug: 'sync', source: 'x' } };
      const first = need(await rooms.deployAgent(agent, await desk.root()));
      const second = need(await rooms.deployAgent(agent, await desk.root()));
      expect([second.id, second.version]).toEqual([first.id, 2]);
      expect(need(await rooms.agents([first.environmentId])).map(({ id }) => id)).toEqual([first.id]);
      need(await rooms.removeAgent(first.id, await desk.root()));
      expect(refusal(await rooms.removeAgent(first.id, await desk.root()))).toBe('not_found');
    });

    it('lets nobody give a role that is more than theirs, nor touch an owner', async () => {
      const ada = { email: 'ada@example.com', name: 'Ada', roles: ['administrator'] };
      const { invitation } = need(await people.add(ada, await desk.root()));
      const context = { path: 'test' };
      const session = need(await desk.authority.acceptInvitation(invitation.token, undefined, context));
      const by = await desk.by(session.token);
      need(await people.add({ email: 'bob@example.com', name: 'Bob', roles: ['member'] }, by));
      need(await people.giveRole('bob', 'administrator', by));
      for (const done of [
        people.giveRole('bob', 'owner', by),
        people.change('owner', { status: 'deactivated' }, by),
        people.remove('owner', by),
      ])
        expect(refusal(await done)).toBe('forbidden');
      const eve = { email: 'eve@example.com', name: 'Eve', roles: ['owner'] };
      expect(refusal(await people.add(eve, by))).toBe('forbidden');
    });
  });
}

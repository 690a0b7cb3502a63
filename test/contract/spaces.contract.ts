/** What every served store promises of environments, spaces, agents, guests and people that callers make. Run against each engine. */
import { workbookId } from '../../src/domain/derived-ids.js';
import type { LiveObject } from '../../src/domain/live.js';
import type { NewSpace, Spaces } from '../../src/ports/spaces.js';
import type { Users } from '../../src/ports/users.js';
import { type OpenServed, ServedTestStore } from '../support/callers.js';
import { refusal, unwrap } from '../support/store.js';

export interface OpenRooms extends OpenServed {
  readonly rooms: Spaces;
  readonly people: Users;
}

const space = (name: string, attributes = {}): NewSpace => ({
  ...{ kind: 'Space', name, labels: {}, attributes },
  spec: { environment: 'production' },
});

export function roomsContract(name: string, open: () => Promise<OpenRooms>): void {
  describe(`spaces: ${name}`, () => {
    let desk: ServedTestStore;
    let rooms: Spaces;
    let people: Users;
    beforeEach(async () => {
      const served = await open();
      ({ rooms, people } = served);
      desk = await ServedTestStore.open(served);
    });
    afterEach(() => desk.store.close());

    async function made(room: NewSpace): Promise<LiveObject> {
      return desk.fetch(unwrap(await rooms.create(room, await desk.root())));
    }
    const attributesOf = async (object: LiveObject) => unwrap(await rooms.about([object])).get(object.id);

    it('keeps attributes beside an object, member by member, and touches nothing that is declared', async () => {
      const object = await made(space('Mr. Space', { displayOrder: 1, metadata: { a: [1] } }));
      expect(object.ref.name).toBe('production/mr-space');
      const attributes = { displayOrder: 2, namespace: undefined, metadata: null };
      unwrap(await rooms.change({ object: object.ref, spec: {}, attributes }, await desk.root()));
      expect((await attributesOf(object))?.attributes).toEqual({ displayOrder: 2, name: 'Mr. Space' });
      expect(await desk.fetch(object.ref)).toEqual(object);
    });

    it('knows when an object was changed last: what it declares, or what is kept beside it', async () => {
      const object = await made(space('a'));
      desk.clock.advance(1_000);
      unwrap(await rooms.change({ object: object.ref, spec: {}, attributes: { x: 1 } }, await desk.root()));
      expect((await attributesOf(object))?.updatedAt).toBe(object.createdAt + 1_000);
      desk.clock.advance(1_000);
      unwrap(
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
      unwrap(await rooms.change({ object: object.ref, spec: {}, attributes: { x: 1 } }, await desk.root()));
      expect(await desk.entries()).toBe(before);
    });

    it('removes several spaces or none', async () => {
      const [a, b] = [await made(space('a')), await made(space('b'))];
      const ghost = { kind: 'Space', name: 'production/ghost' } as const;
      expect(refusal(await rooms.remove([a.ref, ghost], await desk.root()))).toBe('not_found');
      expect((await desk.fetch(a.ref)).id).toBe(a.id);
      unwrap(await rooms.remove([a.ref, b.ref], await desk.root()));
      expect(unwrap(await desk.store.fetch([a.ref, b.ref]))).toEqual([]);
    });

    it('knows a workbook by its space and name, and keeps it while a guest is granted it', async () => {
      const object = await made(space('a'));
      const id = unwrap(
        await rooms.createWorkbook({ space: object.ref, name: 'Orders', attributes: {} }, await desk.root()),
      );
      expect(id).toBe(workbookId(object.id, 'orders'));
      const places = [{ spaceId: object.id, workbookIds: [id] }];
      const guest = { environment: 'production', email: 'gus@example.com', places };
      const [ref] = unwrap(await rooms.guests.create([guest], await desk.root()));
      expect(refusal(await rooms.removeWorkbook(id, await desk.root()))).toBe('in_use');
      if (ref) unwrap(await rooms.guests.remove({ guest: ref }, await desk.root()));
      unwrap(await rooms.removeWorkbook(id, await desk.root()));
      expect(unwrap(await rooms.workbooks([object.id])).size).toBe(0);
    });

    it('replaces the agent of a slug, and lists those of each environment', async () => {
      const agent = { environment: 'production', attributes: { slug: 'sync', source: 'x' } };
      const first = unwrap(await rooms.deployAgent(agent, await desk.root()));
      const second = unwrap(await rooms.deployAgent(agent, await desk.root()));
      expect([second.id, second.version]).toEqual([first.id, 2]);
      expect(unwrap(await rooms.agents([first.environmentId])).map(({ id }) => id)).toEqual([first.id]);
      unwrap(await rooms.removeAgent(first.id, await desk.root()));
      expect(refusal(await rooms.removeAgent(first.id, await desk.root()))).toBe('not_found');
    });

    it('lets no caller give a role that is more than theirs, nor touch an owner', async () => {
      const ada = { email: 'ada@example.com', name: 'Ada', roles: ['administrator'] };
      const { invitation } = unwrap(await people.add(ada, await desk.root()));
      const context = { path: 'test' };
      const session = unwrap(await desk.authority.acceptInvitation(invitation.token, undefined, context));
      const by = await desk.by(session.token);
      unwrap(await people.add({ email: 'bob@example.com', name: 'Bob', roles: ['member'] }, by));
      unwrap(await people.giveRole('bob', 'administrator', by));
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

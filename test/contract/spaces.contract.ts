/** What every served store promises of environments, spaces, agents, guests and people that callers make. Run against each engine. */
import { workbookId } from '../../src/domain/derived-ids.js';
import type { LiveObject } from '../../src/domain/live.js';
import type { Admin, NewObject } from '../../src/ports/admin.js';
import { type OpenServed, ServedTestStore } from '../support/callers.js';
import { refusal, unwrap } from '../support/store.js';

export interface OpenAdmin extends OpenServed {
  readonly admin: Admin;
}

const space = (name: string, attributes = {}): NewObject<'Space'> => ({
  ...{ kind: 'Space', name, attributes },
  spec: { environment: 'production' },
});

export function adminContract(name: string, open: () => Promise<OpenAdmin>): void {
  describe(`spaces: ${name}`, () => {
    let desk: ServedTestStore;
    let admin: Admin;
    beforeEach(async () => {
      const served = await open();
      ({ admin } = served);
      desk = await ServedTestStore.open(served);
    });
    afterEach(() => desk.store.close());

    async function made(asked: NewObject<'Space'>): Promise<LiveObject> {
      return desk.fetch(unwrap(await admin.create(asked, await desk.root())).object);
    }
    const attributesOf = async (object: LiveObject) => unwrap(await admin.about([object])).get(object.id);

    it('keeps attributes beside an object, member by member, and touches nothing that is declared', async () => {
      const object = await made(space('Mr. Space', { displayOrder: 1, metadata: { a: [1] } }));
      expect(object.ref.name).toBe('production/mr-space');
      const attributes = { displayOrder: 2, namespace: undefined, metadata: null };
      unwrap(await admin.change({ object: object.ref, attributes }, await desk.root()));
      expect((await attributesOf(object))?.attributes).toEqual({ displayOrder: 2, name: 'Mr. Space' });
      expect(await desk.fetch(object.ref)).toEqual(object);
    });

    it('knows when an object was changed last: what it declares, or what is kept beside it', async () => {
      const object = await made(space('a'));
      desk.clock.advance(1_000);
      unwrap(await admin.change({ object: object.ref, attributes: { x: 1 } }, await desk.root()));
      expect((await attributesOf(object))?.updatedAt).toBe(object.createdAt + 1_000);
      desk.clock.advance(1_000);
      unwrap(
        await admin.change(
          { object: object.ref, spec: { description: 'b' }, attributes: {} },
          await desk.root(),
        ),
      );
      expect((await attributesOf(await desk.fetch(object.ref)))?.updatedAt).toBe(object.createdAt + 2_000);
    });

    it('writes no entry for a change that changes nothing', async () => {
      const object = await made(space('a', { x: 1 }));
      const before = await desk.entries();
      unwrap(await admin.change({ object: object.ref, attributes: { x: 1 } }, await desk.root()));
      expect(await desk.entries()).toBe(before);
    });

    it('removes several spaces or none', async () => {
      const [a, b] = [await made(space('a')), await made(space('b'))];
      const ghost = { kind: 'Space', name: 'production/ghost' } as const;
      expect(refusal(await admin.remove([a.ref, ghost], await desk.root()))).toBe('not_found');
      expect((await desk.fetch(a.ref)).id).toBe(a.id);
      unwrap(await admin.remove([a.ref, b.ref], await desk.root()));
      expect(unwrap(await desk.store.fetch([a.ref, b.ref]))).toEqual([]);
    });

    it('knows a workbook by its space and name, and keeps it while a guest is granted it', async () => {
      const object = await made(space('a'));
      const id = unwrap(
        await admin.createWorkbook({ space: object.ref, name: 'Orders', attributes: {} }, await desk.root()),
      );
      expect(id).toBe(workbookId(object.id, 'orders'));
      const places = [{ spaceId: object.id, workbookIds: [id] }];
      const spec = { environment: 'production', email: 'gus@example.com' };
      const { object: guest } = unwrap(
        await admin.create({ kind: 'Guest', spec, places }, await desk.root()),
      );
      expect(refusal(await admin.removeWorkbook(id, await desk.root()))).toBe('in_use');
      unwrap(await admin.remove([guest], await desk.root()));
      unwrap(await admin.removeWorkbook(id, await desk.root()));
      expect(unwrap(await admin.workbooks([object.id])).size).toBe(0);
    });

    it('replaces the agent of a slug, and lists those of each environment', async () => {
      const agent = { environment: 'production', attributes: { slug: 'sync', source: 'x' } };
      const first = unwrap(await admin.deployAgent(agent, await desk.root()));
      const second = unwrap(await admin.deployAgent(agent, await desk.root()));
      expect([second.id, second.version]).toEqual([first.id, 2]);
      expect(unwrap(await admin.agents([first.environmentId])).map(({ id }) => id)).toEqual([first.id]);
      unwrap(await admin.removeAgent(first.id, await desk.root()));
      expect(refusal(await admin.removeAgent(first.id, await desk.root()))).toBe('not_found');
    });

    it('lets no caller give a role that is more than theirs, nor touch an owner', async () => {
      const user = (name: string, role: string): NewObject<'User'> => ({
        kind: 'User',
        spec: { email: `${name}@example.com`, name, roles: [role] },
      });
      const { invitation } = unwrap(await admin.create(user('ada', 'administrator'), await desk.root()));
      const context = { path: 'test' };
      const session = unwrap(await desk.authority.acceptInvitation(invitation.token, undefined, context));
      const by = await desk.by(session.token);
      unwrap(await admin.create(user('bob', 'member'), by));
      unwrap(await admin.giveRole('bob', 'administrator', by));
      const owner = { kind: 'User', name: 'owner' } as const;
      for (const done of [
        admin.giveRole('bob', 'owner', by),
        admin.change({ object: owner, spec: { status: 'deactivated' } }, by),
        admin.remove([owner], by),
      ])
        expect(refusal<unknown>(await done)).toBe('forbidden');
      expect(refusal(await admin.create(user('eve', 'owner'), by))).toBe('forbidden');
    });
  });
}

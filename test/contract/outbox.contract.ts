/** What every served store promises of messages. Run against each engine. */
import { Secret } from '../../src/domain/secret.js';
import { DAY_MS, MINUTE_MS } from '../../src/domain/time.js';
import type { Outbox, OutboxQueue } from '../../src/ports/outbox.js';
import { takenForMs } from '../../src/ports/outbox.js';
import { FROM, type OpenServed, ServedTestStore } from '../support/callers.js';
import { guest, user } from '../support/plan-declarations.js';
import { environment, OURS, refusal, unwrap } from '../support/store.js';

export interface OpenOutbox extends OpenServed {
  readonly outbox: Outbox;
}

export function outboxContract(name: string, open: () => Promise<OpenOutbox>): void {
  describe(`outbox: ${name}`, () => {
    let desk: ServedTestStore;
    let outbox: Outbox;
    beforeEach(async () => {
      const served = await open();
      outbox = served.outbox;
      desk = await ServedTestStore.open(served);
      await desk.create(user('ada'));
    });
    afterEach(() => desk.store.close());

    const take = async (): Promise<OutboxQueue> => unwrap(await outbox.take(8));
    const invite = async () => unwrap(await desk.authority.invite('ada', await desk.root()));
    async function one() {
      const [taken, ...more] = (await take()).taken;
      if (taken === undefined || more.length > 0) throw new Error('not one letter');
      return taken;
    }
    async function magicLink() {
      await desk.create(guest('visitor', { email: 'visitor@example.com', grants: [] }));
      return unwrap(
        await desk.authority.createMagicLink('production/visitor', await desk.root(), {
          fromName: 'Ada',
          message: 'Come in',
        }),
      );
    }

    it('has a message for every invitation and every link that is to be sent, with what its recipient needs', async () => {
      const { shown, token } = await invite();
      const { message, attempts } = await one();
      expect(message).toMatchObject({
        kind: 'invitation',
        to: 'ada@example.com',
        expiresAt: shown.expiresAt,
      });
      expect([message.token.reveal(), attempts]).toEqual([token.reveal(), 1]);
      const link = await magicLink();
      expect((await one()).message).toMatchObject({
        ...{ kind: 'magicLink', to: 'visitor@example.com', environment: 'production' },
        ...{ fromName: 'Ada', message: 'Come in', expiresAt: link.shown.expiresAt },
      });
      unwrap(await desk.authority.createMagicLink('production/visitor', await desk.root()));
      expect((await take()).taken).toEqual([]);
    });

    it('gives a message to one taker at a time, and to the next when the first has not come back in time', async () => {
      await invite();
      const first = await one();
      expect(await take()).toMatchObject({ taken: [], nextAt: desk.clock.now() + takenForMs(1) });
      desk.clock.advance(takenForMs(1));
      const second = await one();
      expect([second.message.id, second.attempts]).toEqual([first.message.id, 2]);
      unwrap(await outbox.forget(first));
      unwrap(await outbox.notSent(first, desk.clock.now()));
      expect([unwrap(await outbox.pending()), (await take()).taken]).toEqual([1, []]);
      unwrap(await outbox.forget(second));
      expect([unwrap(await outbox.pending()), (await take()).nextAt]).toEqual([0, undefined]);
    });

    it('keeps one that was not sent until it is due again', async () => {
      await invite();
      unwrap(await outbox.notSent(await one(), desk.clock.now() + MINUTE_MS));
      expect((await take()).taken).toEqual([]);
      desk.clock.advance(MINUTE_MS);
      expect((await one()).attempts).toBe(2);
    });

    it('sends nothing that has been used, replaced or taken back, nor to a person who was removed, nor too late', async () => {
      const because = async () => (await take()).dropped.map((dropped) => dropped.because);
      await invite();
      const { token } = await invite();
      expect([await because(), unwrap(await outbox.pending())]).toEqual([['ended'], 1]);
      desk.clock.advance(takenForMs(1));
      unwrap(await desk.authority.acceptInvitation(token, new Secret('correct horse battery'), FROM));
      expect(await because()).toEqual(['ended']);
      const link = await magicLink();
      unwrap(await desk.authority.endGuestLink(link.shown.id, await desk.root()));
      expect(await because()).toEqual(['ended']);
      await invite();
      unwrap(await desk.remove({ kind: 'User', name: 'ada' }));
      expect(await because()).toEqual(['ended']);
      unwrap(await desk.authority.createMagicLink('production/visitor', await desk.root(), {}));
      desk.clock.advance(DAY_MS);
      expect(await because()).toEqual(['expired']);
      unwrap(await desk.authority.createMagicLink('production/visitor', await desk.root(), {}));
      unwrap(await desk.remove({ kind: 'Guest', name: 'production/visitor' }));
      expect([await because(), unwrap(await outbox.pending())]).toEqual([['ended'], 0]);
    });

    it('has all messages of several guests, or none', async () => {
      const spaceId = await spaceWithGuest();
      const guests = ['production/visitor', 'production/nobody'].map((name) => ({
        ...{ guest: name, spaceId, message: {} },
      }));
      expect(refusal(await desk.authority.createMagicLinks(guests, await desk.root()))).toBe('not_found');
      expect(unwrap(await outbox.pending())).toBe(0);
      unwrap(await desk.authority.createMagicLinks(guests.slice(0, 1), await desk.root()));
      expect((await take()).taken).toHaveLength(1);
    });

    it('has one for a guest who asks for a link, and none where no guest may sign in so', async () => {
      const spaceId = await spaceWithGuest();
      const ask = (email: string, space = spaceId) =>
        desk.authority.askForLink({ email, spaceId: space }, { ...FROM, source: email });
      for (const [email, space] of [
        ['Visitor@Example.com'],
        ['nobody@example.com'],
        ['visitor@example.com', 'us_sp_no'],
      ])
        expect(await ask(email ?? '', space)).toEqual({ ok: true, value: true });
      expect((await take()).taken.map(({ message }) => message.to)).toEqual(['visitor@example.com']);
      const shared = environment('production', { isProd: true, guestAuthentication: ['shared_link'] });
      await desk.change(shared);
      expect(await ask('visitor@example.com')).toEqual({ ok: true, value: true });
      expect((await take()).taken).toEqual([]);
    });

    it('is asked for links so often by one place for one address, then no more for a while, guest or not', async () => {
      const spaceId = await spaceWithGuest();
      for (const email of ['visitor@example.com', 'nobody@example.com']) {
        const ask = (source: string) => desk.authority.askForLink({ email, spaceId }, { ...FROM, source });
        for (const expected of ['ok', 'ok', 'ok', 'rate_limited']) {
          const asked = await ask('192.0.2.1');
          expect(asked.ok ? 'ok' : asked.error.code).toBe(expected);
        }
        for (let at = 2; at < 9; at++) expect((await ask(`192.0.2.${at}`)).ok).toBe(true);
        expect(refusal(await ask('192.0.2.9'))).toBe('rate_limited');
      }
      desk.clock.advance(15 * MINUTE_MS);
      const again = { email: 'visitor@example.com', spaceId };
      expect((await desk.authority.askForLink(again, FROM)).ok).toBe(true);
    });

    async function spaceWithGuest(): Promise<string> {
      const production = environment('production', { isProd: true });
      const { revision } = await desk.fetch({ kind: 'Environment', name: 'production' });
      unwrap(await desk.mutate({ kind: 'update', declaration: production, ownership: OURS, revision }));
      await desk.create({ kind: 'Space', metadata: { name: 'open' }, spec: { environment: 'production' } });
      await desk.create(guest('visitor', { email: 'visitor@example.com', grants: [{ space: 'open' }] }));
      return (await desk.fetch({ kind: 'Space', name: 'production/open' })).id;
    }
  });
}

/** What watching a store promises, as sentences. Two openers of one store stand for two processes. */
import type { LiveStore } from '../../src/ports/live-store.js';
import { eventually, ringsOf } from '../support/signals.js';
import { CALLER, keyRef, OURS, service, unwrap } from '../support/store.js';

export function watchContract(name: string, open: () => Promise<LiveStore>): void {
  describe(`watching: ${name}`, () => {
    const create = async (store: LiveStore, name: string) => {
      const lease = unwrap(await store.acquireLease('ada', 5_000));
      const declaration = service(name);
      unwrap(await store.mutate({ kind: 'create', declaration, ownership: OURS }, lease, CALLER));
      unwrap(await store.releaseLease(lease));
    };

    it('calls for an effect of one’s own and for one of another process', async () => {
      const [own, other] = [await open(), await open()];
      const rings = ringsOf(own);
      await create(own, 'mine');
      await eventually('called for the own effect', () => rings.count() > 0);
      const before = rings.count();
      await create(other, 'theirs');
      await eventually('called for the other’s effect', () => rings.count() > before);
    });

    it('calls no listener that has stopped watching, and still all others', async () => {
      const [own, other] = [await open(), await open()];
      const [stopped, going] = [ringsOf(own), ringsOf(own)];
      await create(other, 'first');
      await eventually('both were called', () => stopped.count() > 0 && going.count() > 0);
      stopped.stop();
      const [before, heard] = [stopped.count(), going.count()];
      await create(other, 'second');
      await eventually('the other one was called', () => going.count() > heard);
      expect(stopped.count()).toBe(before);
    });

    it('lets a follower see every change once and in order, however many write at once', async () => {
      const follower = await open();
      const writers = [await open(), await open(), await open()];
      const seen: number[] = [];
      const start = unwrap(await follower.audit({})).length;
      let reading = Promise.resolve();
      const stop = follower.watch(() => {
        reading = reading.then(async () => {
          for (const { seq } of unwrap(await follower.changes(seen.at(-1) ?? start, 1_000))) seen.push(seq);
        });
      });
      const lease = unwrap(await follower.acquireLease('ada', 5_000));
      const write = (store: LiveStore, name: string) =>
        store.mutate({ kind: 'create', declaration: service(name), ownership: OURS }, lease, CALLER);
      for (let round = 0; round < 10; round++)
        await Promise.all(
          writers.flatMap((store, at) => [
            write(store, `service-${round}-${at}-a`).then(unwrap),
            write(store, `service-${round}-${at}-b`).then(unwrap),
          ]),
        );
      await eventually('all were seen', () => seen.length >= 60);
      stop();
      await reading;
      expect(seen).toEqual(Array.from({ length: 60 }, (_, at) => start + 1 + at));
    });

    it('does not call for mere use', async () => {
      const [store, other] = [await open(), await open()];
      const token = unwrap(await store.claim(keyRef('production-sk'), CALLER));
      const rings = ringsOf(store);
      for (let use = 0; use < 50; use++) unwrap(await other.verify(token, {}));
      const before = rings.count();
      await create(other, 'one');
      await eventually('called for an effect', () => rings.count() > before);
      // The first look may notify, and the effect does.
      expect(rings.count()).toBeLessThan(4);
    });
  });
}

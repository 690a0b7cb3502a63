/** What every served store promises of secrets that customers' code reads. Run against each engine. */
import { Secret } from '../../src/domain/secret.js';
import type { Admin } from '../../src/ports/admin.js';
import type { SecretPlace, Secrets } from '../../src/ports/secrets.js';
import { type OpenServed, ServedTestStore } from '../support/callers.js';
import { refusal, unwrap } from '../support/store.js';

export interface OpenSecrets extends OpenServed {
  readonly admin: Admin;
  readonly secrets: Secrets;
}

const production: SecretPlace = { environment: 'production' };

export function secretsContract(name: string, open: () => Promise<OpenSecrets>): void {
  describe(`secrets: ${name}`, () => {
    let desk: ServedTestStore;
    let served: OpenSecrets;
    beforeEach(async () => {
      served = await open();
      desk = await ServedTestStore.open(served);
    });
    afterEach(() => desk.store.close());

    const put = async (place: SecretPlace, secret: string, value: string) =>
      unwrap(await served.secrets.put({ place, name: secret, value: new Secret(value) }, await desk.root()));
    const values = async (place: SecretPlace) =>
      unwrap(await served.secrets.list(place, await desk.root())).map(
        (secret) => `${secret.name}=${secret.value.reveal()}`,
      );

    async function space(): Promise<SecretPlace> {
      const asked = { kind: 'Space', name: 'orders', spec: { environment: 'production' } } as const;
      const created = unwrap(await served.admin.create(asked, await desk.root()));
      return { ...production, space: created.object };
    }

    it('gives a value back where it was put, and nowhere else', async () => {
      await put(production, 'B', 'two');
      await put(production, 'A', 'one');
      expect(await values(production)).toEqual(['A=one', 'B=two']);
      expect(await values({ environment: 'development' })).toEqual([]);
    });

    it('changes the value of the same name in the same place, and keeps its id', async () => {
      const id = await put(production, 'A', 'one');
      expect(await put(production, 'A', 'two')).toBe(id);
      expect(await values(production)).toEqual(['A=two']);
    });

    it('lets a space, and in it an actor, have a value of its own under the same name', async () => {
      const place = await space();
      const mine = { ...place, actorId: 'us_usr_a' };
      await put(production, 'A', 'everywhere');
      await put(place, 'A', 'in the space');
      await put(mine, 'A', 'mine');
      expect(await values(production)).toEqual(['A=everywhere']);
      expect(await values(place)).toEqual(['A=in the space']);
      expect(await values(mine)).toEqual(['A=mine']);
    });

    it('forgets the secrets of a space with the space', async () => {
      const place = await space();
      const id = await put(place, 'A', 'one');
      unwrap(
        await served.admin.remove(
          [place.space].filter((one) => one !== undefined),
          await desk.root(),
        ),
      );
      expect(refusal(await served.secrets.remove(id, await desk.root()))).toBe('not_found');
    });

    it('says in the log which secret was changed, and never what it is', async () => {
      const id = await put(production, 'A', 'a value that nobody sees');
      await put(production, 'A', 'another value that nobody sees');
      unwrap(await served.secrets.remove(id, await desk.root()));
      const entries = unwrap(await desk.store.audit({ object: 'Environment/production' }));
      const changes = entries.filter(({ action }) => action.startsWith('secret.'));
      expect(changes.map(({ action, detail }) => ({ action, detail }))).toEqual(
        ['created', 'updated', 'deleted'].map((what) => ({
          action: `secret.${what}`,
          detail: {
            ...{ secretId: id, secret: 'A' },
            ...(what !== 'deleted' && { box: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }),
          },
        })),
      );
      expect(JSON.stringify(entries)).not.toContain('nobody sees');
    });
  });
}

/** What every served store promises of those who call it, as sentences. Run against each engine. */

import type { ApiKeySpec } from '../../src/domain/kinds/index.js';
import type { Result } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.js';
import type { AccessToken } from '../../src/ports/identity.js';
import { FROM, type OpenServed, PASSWORD, ROOT, ServedTestStore } from '../support/callers.js';
import { environment, guest, key, role, service, space, team, user } from '../support/plan-declarations.js';
import { CALLER, refusal, unwrap } from '../support/store.js';

/** A key of the tenant that is neither rotated nor delivered. */
const KEY: Partial<ApiKeySpec> = { owner: { tenant: true } };

const codeOf = (result: Result<unknown>): string | undefined => (result.ok ? undefined : result.error.code);

export function authorityContract(name: string, open: () => Promise<OpenServed>): void {
  describe(`who is calling: ${name}`, () => {
    let desk: ServedTestStore;
    const ada = { kind: 'User', name: 'ada' } as const;

    beforeEach(async () => {
      desk = await ServedTestStore.open(await open());
    });
    afterEach(() => desk.store.close());

    describe('the root token', () => {
      it('acts as the first owner, until it is revoked, and does not come back when it is set again', async () => {
        const root = unwrap(await desk.who(ROOT));
        expect(root).toMatchObject({
          kind: 'root',
          ref: { kind: 'User', name: 'owner' },
          roles: ['owner'],
          permissions: ['*'],
          environment: undefined,
        });
        const session = await desk.session(ROOT);
        unwrap(await desk.authority.revokeToken(ROOT, await desk.root()));
        expect([await desk.status(ROOT), await desk.status(session.token)]).toEqual([401, 401]);
        expect(refusal(await desk.authority.setRootToken(ROOT))).toBe('conflict');
        expect(await desk.status(ROOT)).toBe(401);
        expect(unwrap(await desk.authority.hadRootToken())).toBe(true);
      });

      it('is replaced by the one that is set next, and must be long', async () => {
        const next = new Secret(`${ROOT.reveal()}-2`);
        unwrap(await desk.authority.setRootToken(next));
        unwrap(await desk.authority.setRootToken(next));
        expect([await desk.status(ROOT), await desk.status(next)]).toEqual([401, 200]);
        expect(refusal(await desk.authority.setRootToken(new Secret('x'.repeat(31))))).toBe('usage');
        expect(await desk.log('token.created')).toHaveLength(2);
      });

      it('may look like a JWT', async () => {
        const odd = new Secret(`eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`);
        unwrap(await desk.authority.setRootToken(odd));
        expect(await desk.status(odd)).toBe(200);
      });
    });

    describe('keys', () => {
      it('are asked in the store what they may, of the object that is meant, with their rights as they are then', async () => {
        const owner = { service: 'ops' };
        const robot = (permissions: string[]) => key('robot', { owner, permissions });
        await desk.create(service('ops'));
        await desk.create(key('strong', { owner, permissions: ['secrets:read'] }));
        await desk.rollOut('strong', 1);
        await desk.create(robot(['keys:rotate', 'keys:read']));
        const { principal } = await desk.by(await desk.rollOut('robot', 1));
        const { id } = await desk.fetch({ kind: 'ApiKey', name: 'strong' });
        const ask = (name: string) =>
          desk.store.request(
            { kind: 'requestRotation', object: { kind: 'ApiKey', name } },
            { actor: 'ApiKey/robot', path: 'test', principal },
          );
        expect([refusal(await ask('strong')), refusal(await ask(id))]).toEqual(['forbidden', 'forbidden']);
        // The same principal, who may more by now; and less.
        await desk.change(robot(['keys:rotate', 'keys:read', 'secrets:read']));
        unwrap(await ask(id));
        await desk.change(robot(['keys:rotate', 'secrets:read']));
        unwrap(await ask(id));
        await desk.change(robot(['secrets:read']));
        expect(refusal(await ask(id))).toBe('not_found');
        // Of that name there is another key now; of that id no key exists.
        unwrap(await desk.remove({ kind: 'ApiKey', name: 'strong' }));
        await desk.create(key('strong', { owner, permissions: [] }));
        await desk.change(robot(['keys:rotate', 'keys:read', 'secrets:read']));
        expect(refusal(await ask(id))).toBe('not_found');
        unwrap(await ask('strong'));
        unwrap(await desk.revoke('robot', [1]));
        expect(refusal(await ask('strong'))).toBe('unauthenticated');
      });

      it('are known by themselves, in their environment, with what they may do now', async () => {
        await desk.create(service('billing', { permissions: ['spaces:read'] }));
        await desk.create(key('a', { ...KEY, owner: { service: 'billing' } }));
        const token = await desk.rollOut('a', 1);
        expect(unwrap(await desk.who(token))).toMatchObject({
          kind: 'key',
          type: 'secret',
          display: 'a',
          environment: 'production',
          permissions: ['spaces:read'],
          owner: { service: 'billing' },
        });
        await desk.change(service('billing', { permissions: ['events:read'] }));
        expect(unwrap(await desk.who(token)).permissions).toEqual(['events:read']);
        const { key: facts } = await desk.fetch({ kind: 'ApiKey', name: 'a' });
        expect(facts?.versions[0]?.lastUsedAt).toBe(desk.clock.now());
      });

      it('F7: a secret key from a browser is refused, whatever it is used for', async () => {
        await desk.create(key('a', KEY));
        const token = await desk.rollOut('a', 1);
        const context = { isFromBrowser: true };
        expect(refusal(await desk.who(token, context))).toBe('unauthenticated');
        expect(refusal(await desk.exchange({ kind: 'token', token }, context))).toBe('unauthenticated');
        expect(await desk.status(token)).toBe(200);
      });

      it('F7: a publishable key may do nothing but start a client session of 24 hours, on the data of its environment', async () => {
        const token = unwrap(await desk.store.claim({ kind: 'ApiKey', name: 'production-pk' }, CALLER));
        expect(unwrap(await desk.who(token, { isFromBrowser: true })).permissions).toEqual([]);
        const session = unwrap(await desk.exchange({ kind: 'token', token }, { isFromBrowser: true }));
        expect(session.expiresInS).toBe(86_400);
        const client = unwrap(await desk.who(session.token, { isFromBrowser: true }));
        expect(client).toMatchObject({ kind: 'client', environment: 'production' });
        expect(client.permissions).toEqual([
          'spaces:read',
          'spaces:write',
          'workbooks:read',
          'workbooks:write',
          'guests:read',
          'guests:write',
          'events:read',
          'events:write',
        ]);
      });

      it('end their sessions with themselves: revoked, stopped, expired, their owner gone', async () => {
        await desk.create(service('billing'));
        const started: AccessToken[] = [];
        for (const one of ['revoked', 'stopped', 'expired', 'orphaned']) {
          const owner = one === 'orphaned' ? { service: 'billing' } : { tenant: true as const };
          await desk.create(key(one, { ...KEY, owner, ...(one === 'expired' && { expiresAfter: '2h' }) }));
          started.push(await desk.session(await desk.rollOut(one, 1)));
        }
        const statuses = () => Promise.all(started.map(({ token }) => desk.status(token)));
        expect(await statuses()).toEqual([200, 200, 200, 200]);
        expect(started.map(({ expiresInS }) => expiresInS)).toEqual([86_400, 86_400, 7_200, 86_400]);
        unwrap(await desk.revoke('revoked', [1]));
        await desk.deactivateKey('stopped');
        unwrap(await desk.remove({ kind: 'ApiKey', name: 'orphaned' }));
        desk.clock.advance(2 * HOUR_MS);
        expect(await statuses()).toEqual([401, 401, 401, 401]);
        await desk.deactivateKey('stopped', 'activate');
        expect(await statuses()).toEqual([401, 200, 401, 401]);
      });
    });

    describe('F9: client id and secret', () => {
      it('are a key’s id, or its version’s, and its token; and nothing else', async () => {
        await desk.create(key('a', KEY));
        const token = await desk.rollOut('a', 1);
        const { id, credential } = unwrap(await desk.who(token));
        for (const clientId of [id, credential.id])
          expect(unwrap(await desk.exchange({ kind: 'client', clientId, secret: token })).principal.id).toBe(
            id,
          );
        const wrong = { kind: 'client', clientId: 'us_key_other', secret: token } as const;
        expect(refusal(await desk.exchange(wrong))).toBe('unauthenticated');
      });
    });

    describe('F8: personal access tokens', () => {
      let session: AccessToken;
      beforeEach(async () => {
        await desk.create(user('ada', { roles: ['member'] }));
        session = await desk.join('ada');
      });

      it('are made by a person for themselves, shown once, and listed with name, creation and last use', async () => {
        const made = await desk.pat(session, 'laptop');
        expect(made.token.reveal()).toMatch(/^pat_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
        const listed = async () => unwrap(await desk.authority.personalTokens(await desk.by(session.token)));
        const createdAt = desk.clock.now();
        expect(await listed()).toEqual([
          {
            id: made.id,
            name: 'laptop',
            prefix: `pat_${made.id.slice(7)}`,
            createdAt,
            lastUsedAt: undefined,
          },
        ]);
        desk.clock.advance(MINUTE_MS);
        expect(unwrap(await desk.who(made.token))).toMatchObject({
          kind: 'person',
          display: 'ada',
          environment: undefined,
        });
        expect((await listed())[0]?.lastUsedAt).toBe(createdAt + MINUTE_MS);
      });

      it('act with the rights of the person as they are now, teams included', async () => {
        const { token } = await desk.pat(session);
        expect(unwrap(await desk.who(token)).permissions).not.toContain('audit:read');
        await desk.create(role('log-reader', ['audit:read']));
        await desk.create(team('data', { user: 'ada@example.com', role: 'admin' }));
        await desk.change(user('ada', { roles: ['log-reader'] }));
        const now = unwrap(await desk.who(token));
        expect(now.permissions).toEqual(['audit:read']);
        expect(now).toMatchObject({ memberships: [{ team: 'data', role: 'admin' }] });
        expect(now).toMatchObject({
          memberships: [{ permissions: expect.arrayContaining(['keys:rotate']) }],
        });
      });

      it('T3: are dead for ever once the person is deactivated or deleted, even if the person comes back', async () => {
        const { token } = await desk.pat(session);
        const exchanged = await desk.session(token);
        const statuses = async () => [await desk.status(token), await desk.status(exchanged.token)];
        expect(await statuses()).toEqual([200, 200]);
        await desk.change(user('ada', { status: 'deactivated' }));
        expect(await statuses()).toEqual([401, 401]);
        await desk.change(user('ada'));
        expect(await statuses()).toEqual([401, 401]);
        unwrap(await desk.remove(ada));
        expect(await statuses()).toEqual([401, 401]);
        await desk.create(user('ada'));
        await desk.join('ada');
        expect(await statuses()).toEqual([401, 401]);
      });

      it('are rotated and deleted at once, for good, with the sessions they started', async () => {
        const made = await desk.pat(session);
        const exchanged = await desk.session(made.token);
        const rotated = unwrap(
          await desk.authority.rotatePersonalToken(made.id, await desk.by(session.token)),
        );
        expect([await desk.status(made.token), await desk.status(exchanged.token)]).toEqual([401, 401]);
        expect(await desk.status(rotated.token)).toBe(200);
        expect(rotated.shown.name).toBe('laptop');
        const of = await desk.by(session.token);
        unwrap(await desk.authority.deletePersonalToken(rotated.shown.id, of));
        expect(await desk.status(rotated.token)).toBe(401);
        expect(refusal(await desk.authority.deletePersonalToken(rotated.shown.id, of))).toBe('not_found');
        expect(refusal(await desk.authority.rotatePersonalToken(made.id, of))).toBe('not_found');
      });

      it('are visible to no other person, not even an owner’s, and no key has any', async () => {
        const made = await desk.pat(session);
        const root = await desk.root();
        expect(refusal(await desk.authority.deletePersonalToken(made.id, root))).toBe('not_found');
        expect(unwrap(await desk.authority.personalTokens(root))).toEqual([]);
        await desk.create(key('a', KEY));
        const byKey = await desk.by(await desk.rollOut('a', 1));
        expect(refusal(await desk.authority.createPersonalToken('mine', byKey))).toBe('forbidden');
        expect(await desk.status(made.token)).toBe(200);
      });

      it('have names that can be read', async () => {
        const of = await desk.by(session.token);
        for (const bad of ['', '  ', 'a\nb', 'x'.repeat(101), 'a\u202eb'])
          expect(refusal(await desk.authority.createPersonalToken(bad, of))).toBe('bad_request');
      });
    });

    describe('access tokens', () => {
      it('F10: of people live for 24 hours, are refreshed for 30 days at most, and end with their session', async () => {
        await desk.create(user('ada', { roles: ['administrator'] }));
        let session = await desk.join('ada');
        expect(session.expiresInS).toBe(86_400);
        const first = session.token;
        desk.clock.advance(DAY_MS - 1);
        expect(await desk.status(first)).toBe(200);
        session = unwrap(await desk.authority.refresh(first, FROM));
        desk.clock.advance(1);
        expect([await desk.status(first), await desk.status(session.token)]).toEqual([401, 200]);
        const started = desk.clock.now() - DAY_MS;
        while (session.expiresAt < started + 30 * DAY_MS && desk.clock.now() < started + 40 * DAY_MS) {
          desk.clock.advance(DAY_MS - 2_000);
          session = unwrap(await desk.authority.refresh(session.token, FROM));
        }
        expect(session.expiresAt).toBe(started + 30 * DAY_MS);
        desk.clock.set(session.expiresAt - 1_000);
        expect(await desk.status(session.token)).toBe(200);
        desk.clock.advance(1_000);
        expect(await desk.status(session.token)).toBe(401);
        expect(refusal(await desk.authority.refresh(session.token, FROM))).toBe('unauthenticated');
      });

      it('all of a session end when one of them is revoked, and unknown ones are fine', async () => {
        await desk.create(user('ada'));
        const session = await desk.join('ada');
        const again = unwrap(await desk.authority.refresh(session.token, FROM));
        unwrap(await desk.authority.revokeToken(again.token, await desk.root()));
        expect([await desk.status(session.token), await desk.status(again.token)]).toEqual([401, 401]);
        unwrap(await desk.authority.revokeToken(again.token, await desk.root()));
        unwrap(await desk.authority.revokeToken(new Secret('nobody knows this'), await desk.root()));
        expect(await desk.log('session.ended')).toHaveLength(1);
      });

      it('are signed by published keys, of which the one before stays until its last token has ended', async () => {
        await desk.create(user('ada'));
        const old = await desk.join('ada');
        const published = async () => unwrap(await desk.authority.keySet()).keys.map(({ kid }) => kid);
        const [before] = await published();
        unwrap(await desk.authority.rotateSigningKey(await desk.root()));
        const fresh = unwrap(await desk.login('ada@example.com'));
        expect((await published()).length).toBe(2);
        expect([await desk.status(old.token), await desk.status(fresh.token)]).toEqual([200, 200]);
        desk.clock.advance(DAY_MS);
        expect(await published()).not.toContain(before);
        expect(
          refusal(await desk.authority.rotateSigningKey(await desk.by((await desk.join('ada')).token))),
        ).toBe('forbidden');
      });

      it('are not taken for anything else: another signer, another algorithm, a session’s id', async () => {
        await desk.create(user('ada'));
        const { token } = await desk.join('ada');
        const [head = '', body = '', signature = ''] = token.reveal().split('.');
        const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
        const flipped = `${signature.slice(0, -4)}${signature.slice(-4) === 'AAAA' ? 'BBBB' : 'AAAA'}`;
        const { credential } = unwrap(await desk.who(token));
        for (const forged of [
          `${head}.${body}.${flipped}`,
          `${none}.${body}.`,
          `${none}.${body}.${signature}`,
          credential.id,
        ])
          expect(await desk.status(new Secret(forged))).toBe(401);
        expect(refusal(await desk.exchange({ kind: 'token', token }))).toBe('unauthenticated');
      });
    });

    describe('F9: email and password', () => {
      beforeEach(async () => {
        await desk.create(user('ada', { roles: ['administrator'] }));
      });

      it('let in a person who was invited and set one; the address in any case', async () => {
        expect(refusal(await desk.login('ada@example.com'))).toBe('unauthenticated');
        await desk.join('ada');
        const session = unwrap(await desk.login('Ada@Example.com'));
        expect(session.principal).toMatchObject({ kind: 'person', display: 'ada' });
        expect(refusal(await desk.login('ada@example.com', new Secret('wrong horse battery')))).toBe(
          'unauthenticated',
        );
        expect(refusal(await desk.login('nobody@example.com'))).toBe('unauthenticated');
      });

      it('refuse a person who is deactivated or deleted, with the right password', async () => {
        await desk.join('ada');
        await desk.change(user('ada', { status: 'deactivated' }));
        expect(refusal(await desk.login('ada@example.com'))).toBe('unauthenticated');
        await desk.change(user('ada'));
        unwrap(await desk.login('ada@example.com'));
        unwrap(await desk.remove(ada));
        await desk.create(user('ada'));
        expect(refusal(await desk.login('ada@example.com'))).toBe('unauthenticated');
      });

      it('an invitation is good once, for a week, until the next, and makes the invited person active', async () => {
        await desk.change(user('ada', { status: 'deactivated' }));
        const invite = async () =>
          unwrap(await desk.authority.invite('ada@example.com', await desk.root())).token;
        const accept = (token: Secret) => desk.authority.acceptInvitation(token, PASSWORD, FROM);
        const [first, second] = [await invite(), await invite()];
        expect(refusal(await accept(first))).toBe('unauthenticated');
        unwrap(await accept(second));
        expect((await desk.fetch(ada)).declaration.spec).toMatchObject({ status: 'active' });
        expect(refusal(await accept(second))).toBe('unauthenticated');
        const late = await invite();
        desk.clock.advance(7 * DAY_MS);
        expect(refusal(await accept(late))).toBe('unauthenticated');
      });

      it('an invitation from before a person was removed does not bring them back', async () => {
        const { token } = unwrap(await desk.authority.invite('ada', await desk.root()));
        await desk.change(user('ada', { status: 'deactivated' }));
        expect(refusal(await desk.authority.acceptInvitation(token, PASSWORD, FROM))).toBe('unauthenticated');
        expect((await desk.fetch(ada)).declaration.spec).toMatchObject({ status: 'deactivated' });
      });

      it('F10: administrators invite, but no person who may do more than they; others may not invite', async () => {
        await desk.create(user('bob', { roles: ['member'] }));
        const ofAda = await desk.by((await desk.join('ada')).token);
        const ofBob = await desk.by((await desk.join('bob')).token);
        unwrap(await desk.authority.invite('bob', ofAda));
        expect(refusal(await desk.authority.invite('owner', ofAda))).toBe('forbidden');
        expect(refusal(await desk.authority.invite('ada', ofBob))).toBe('forbidden');
        await desk.create(role('recruiter', ['users:write']));
        await desk.change(user('bob', { roles: ['recruiter'] }));
        const recruiter = await desk.by((await desk.join('bob')).token);
        expect(refusal(await desk.authority.invite('ada', recruiter))).toBe('forbidden');
      });

      it('a new password ends the sessions of the old one; one’s own needs the present one', async () => {
        const session = await desk.join('ada');
        const by = await desk.by(session.token);
        const next = new Secret('another horse battery');
        const change = (current?: Secret) =>
          desk.authority.setPassword({ person: 'ada', next, ...(current && { current }) }, by);
        expect(refusal(await change())).toBe('forbidden');
        expect(refusal(await change(next))).toBe('forbidden');
        unwrap(await change(PASSWORD));
        expect(await desk.status(session.token)).toBe(401);
        expect(refusal(await desk.login('ada@example.com'))).toBe('unauthenticated');
        unwrap(await desk.login('ada@example.com', next));
      });

      it('an owner sets any person’s, an administrator only their own; short ones are refused', async () => {
        await desk.create(user('bob'));
        const ofAda = await desk.by((await desk.join('ada')).token);
        expect(refusal(await desk.authority.setPassword({ person: 'bob', next: PASSWORD }, ofAda))).toBe(
          'forbidden',
        );
        const root = await desk.root();
        unwrap(await desk.authority.setPassword({ person: 'bob', next: PASSWORD }, root));
        unwrap(await desk.login('bob@example.com'));
        const short = new Secret('too short');
        expect(refusal(await desk.authority.setPassword({ person: 'bob', next: short }, root))).toBe(
          'bad_request',
        );
      });

      it('ten wrong ones from one place make it wait; a person who signed in from elsewhere before still does', async () => {
        await desk.join('ada');
        unwrap(await desk.login('ada@example.com', PASSWORD, 'home'));
        const wrong = new Secret('wrong horse battery');
        for (let nth = 0; nth < 10; nth++)
          expect(refusal(await desk.login('ada@example.com', wrong, 'cellar'))).toBe('unauthenticated');
        const waiting = await desk.login('ada@example.com', PASSWORD, 'cellar');
        expect(waiting).toMatchObject({ error: { code: 'rate_limited', retryAfterMs: 15 * MINUTE_MS } });
        for (let nth = 0; nth < 60; nth++) await desk.login('ada@example.com', wrong, `bot ${nth}`);
        unwrap(await desk.login('ada@example.com', PASSWORD, 'home'));
        desk.clock.advance(15 * MINUTE_MS);
        unwrap(await desk.login('ada@example.com', PASSWORD, 'cellar'));
      });

      it('wrong ones for one account from many networks make each new network slower, and shut none out', async () => {
        await desk.join('ada');
        const wrong = new Secret('wrong horse battery');
        for (let nth = 0; nth < 60; nth++) await desk.login('ada@example.com', wrong, `bot ${nth}`);
        const tries = [];
        for (let nth = 0; nth < 3; nth++)
          tries.push(refusal(await desk.login('ada@example.com', wrong, 'bot 99')));
        expect(tries).toEqual(['unauthenticated', 'unauthenticated', 'rate_limited']);
        unwrap(await desk.login('ada@example.com', PASSWORD, 'a hotel'));
      });

      it('wrong ones for many accounts make their network wait, but not for accounts it was signed in to', async () => {
        await desk.join('ada');
        await desk.create(user('bob'));
        await desk.join('bob');
        unwrap(await desk.login('ada@example.com', PASSWORD, 'office'));
        const wrong = new Secret('wrong horse battery');
        for (let nth = 0; nth < 100; nth++)
          expect(refusal(await desk.login(`guess${nth}@example.com`, wrong, 'office'))).toBe(
            'unauthenticated',
          );
        expect(refusal(await desk.login('bob@example.com', PASSWORD, 'office'))).toBe('rate_limited');
        unwrap(await desk.login('ada@example.com', PASSWORD, 'office'));
        unwrap(await desk.login('bob@example.com', PASSWORD, 'home'));
      });

      it('addresses of one IPv6 network are counted as one', async () => {
        await desk.join('ada');
        const wrong = new Secret('wrong horse battery');
        for (let nth = 0; nth < 10; nth++) await desk.login('ada@example.com', wrong, `2001:db8:0:1::${nth}`);
        expect(refusal(await desk.login('ada@example.com', PASSWORD, '2001:db8:0:2::77'))).toBe(
          'rate_limited',
        );
      });

      it('wrong ones are written down by order of magnitude, not each', async () => {
        const wrong = new Secret('wrong horse battery');
        for (let nth = 0; nth < 12; nth++) await desk.login('ada@example.com', wrong, `bot ${nth}`);
        for (let nth = 0; nth < 12; nth++) await desk.login('nobody@example.com', wrong, `bot ${nth}`);
        expect(await desk.log('login.failed')).toMatchObject([
          { detail: { failures: 1, holder: 'User/ada' } },
          { detail: { failures: 10 } },
        ]);
      });
    });

    describe('F11: guests', () => {
      const grants = [{ space: 'onboarding', workbooks: ['contacts'] }];
      const ref = { kind: 'Guest', name: 'production/auditor' } as const;

      beforeEach(async () => {
        const { revision, declaration } = await desk.fetch({ kind: 'Environment', name: 'production' });
        expect(revision).toBeGreaterThan(0);
        expect(declaration.kind).toBe('Environment');
        await desk.change(
          environment('production', { isProd: true, guestAuthentication: ['magic_link', 'shared_link'] }),
        );
        await desk.create(space('onboarding', 'contacts', 'orders'));
        await desk.create(guest('auditor', { grants, expiresAfter: '14d' }));
      });

      const magic = async () => unwrap(await desk.authority.createMagicLink(ref.name, await desk.root()));
      const enter = async (token: Secret) => desk.exchange({ kind: 'magicLink', token });

      it('sign in by a magic link, once, within a quarter of an hour, for an hour at a time', async () => {
        const { token } = await magic();
        const session = unwrap(await enter(token));
        expect(session.expiresInS).toBe(3_600);
        expect(session.principal).toMatchObject({
          kind: 'guest',
          environment: 'production',
          onlySpace: undefined,
        });
        expect(refusal(await enter(token))).toBe('unauthenticated');
        const late = await magic();
        desk.clock.advance(15 * MINUTE_MS);
        expect(refusal(await enter(late.token))).toBe('unauthenticated');
        expect(await desk.status(session.token)).toBe(200);
        desk.clock.advance(45 * MINUTE_MS);
        expect(await desk.status(session.token)).toBe(401);
      });

      it('are out when they are deleted, when they expire, when their link is ended or the way is closed', async () => {
        const lapsing = unwrap(await enter((await magic()).token));
        const { shown, token } = await magic();
        const ended = unwrap(await enter(token));
        unwrap(await desk.authority.endGuestLink(shown.id, await desk.root()));
        expect([await desk.status(lapsing.token), await desk.status(ended.token)]).toEqual([200, 401]);
        await desk.change(environment('production', { isProd: true, guestAuthentication: ['shared_link'] }));
        expect(await desk.status(lapsing.token)).toBe(401);
        expect(refusal(await desk.authority.createMagicLink(ref.name, await desk.root()))).toBe('conflict');
        await desk.change(environment('production', { isProd: true }));
        expect(await desk.status(lapsing.token)).toBe(200);
        desk.clock.advance(14 * DAY_MS - 30 * MINUTE_MS);
        const last = unwrap(await enter((await magic()).token));
        expect(last.expiresInS).toBe(1_800);
        desk.clock.advance(30 * MINUTE_MS);
        expect(refusal(await enter((await magic()).token))).toBe('unauthenticated');
      });

      it('F13: who are deleted are out, and the same address again is a new guest', async () => {
        const session = unwrap(await enter((await magic()).token));
        unwrap(await desk.remove(ref));
        expect(await desk.status(session.token)).toBe(401);
        await desk.create(guest('auditor', { grants }));
        expect(await desk.status(session.token)).toBe(401);
      });

      it('sign in by a shared link under any address, to its space alone, while the link is good', async () => {
        const { token, shown } = unwrap(
          await desk.authority.createSharedLink('production/onboarding', await desk.root()),
        );
        const enterAs = (email: string) => desk.exchange({ kind: 'sharedLink', token, email });
        const fresh = unwrap(await enterAs('New@Example.com'));
        expect(fresh.principal).toMatchObject({
          kind: 'guest',
          display: 'New@Example.com',
          onlySpace: { name: 'onboarding' },
        });
        expect(unwrap(await enterAs('new@example.com')).principal.id).not.toBe(fresh.principal.id);
        expect(refusal(await enterAs('no address'))).toBe('bad_request');
        const known = unwrap(await enterAs('auditor@example.org'));
        expect(known.principal.ref).not.toEqual(ref);
        expect(known.principal.permissions).not.toContain('guests:write');
        unwrap(await desk.authority.endGuestLink(shown.id, await desk.root()));
        expect([await desk.status(fresh.token), await desk.status(known.token)]).toEqual([401, 401]);
        expect(refusal(await enterAs('new@example.com'))).toBe('unauthenticated');
      });

      it('by one shared link and one network are sixty in a quarter of an hour; another network has its own', async () => {
        const { token } = unwrap(
          await desk.authority.createSharedLink('production/onboarding', await desk.root()),
        );
        const enterFrom = async (source: string, nth: number) => {
          const email = `visitor${nth}@example.com`;
          return codeOf(await desk.exchange({ kind: 'sharedLink', token, email }, { source }));
        };
        for (let nth = 0; nth < 60; nth++) expect(await enterFrom('192.0.2.66', nth)).toBeUndefined();
        expect(await enterFrom('192.0.2.66', 60)).toBe('rate_limited');
        expect(await enterFrom('192.0.2.7', 61)).toBeUndefined();
      });

      it('have messages sent twenty times in a quarter of an hour; those who look after guests to as many as they like', async () => {
        await desk.change(
          environment('production', {
            isProd: true,
            guestInvites: true,
            guestAuthentication: ['magic_link'],
          }),
        );
        const by = await desk.by(unwrap(await enter((await magic()).token)).token);
        const root = await desk.root();
        const invite = async (nth: number, who: typeof by) =>
          codeOf(
            await desk.authority.inviteGuest(
              { environment: 'production', email: `friend${nth}@example.com`, grants },
              who,
            ),
          );
        for (let nth = 0; nth < 10; nth++) expect(await invite(nth, by)).toBeUndefined();
        // Ten is what one guest may invite; asking on is bounded too.
        for (let nth = 10; nth < 20; nth++) expect(await invite(nth, by)).toBe('conflict');
        expect(await invite(20, by)).toBe('rate_limited');
        for (let nth = 20; nth < 45; nth++) expect(await invite(nth, root)).toBeUndefined();
        desk.clock.advance(15 * MINUTE_MS);
        expect(await invite(46, by)).toBe('conflict');
      });

      it('invite guests into what is open to them, where the environment says so', async () => {
        await desk.change(environment('production', { isProd: true, guestInvites: true }));
        const by = await desk.by(unwrap(await enter((await magic()).token)).token);
        const invite = (email: string, workbooks?: string[]) =>
          desk.authority.inviteGuest(
            {
              environment: 'production',
              email,
              grants: [{ space: 'onboarding', ...(workbooks && { workbooks }) }],
            },
            by,
          );
        const { token } = unwrap(await invite('friend@example.com', ['contacts']));
        expect(unwrap(await enter(token)).principal).toMatchObject({
          kind: 'guest',
          email: 'friend@example.com',
        });
        expect(refusal(await invite('greedy@example.com'))).toBe('forbidden');
        expect(refusal(await invite('greedy@example.com', ['orders']))).toBe('forbidden');
        expect(refusal(await invite('friend@example.com', ['contacts']))).toBe('exists');
        await desk.change(environment('production', { isProd: true, guestInvites: false }));
        const now = await desk.by(unwrap(await enter((await magic()).token)).token);
        const spec = { environment: 'production', email: 'late@example.com', grants };
        expect(refusal(await desk.authority.inviteGuest(spec, now))).toBe('forbidden');
        expect(refusal(await desk.authority.createMagicLink(ref.name, now))).toBe('forbidden');
      });
    });

    describe('an unknown caller', () => {
      it('gets one answer, whatever is wrong', async () => {
        await desk.create(key('a', KEY));
        const token = await desk.rollOut('a', 1);
        unwrap(await desk.revoke('a', [1]));
        const other = token.reveal().replace(/_[0-9A-Za-z]{12}_/, '_000000000000_');
        const answers = new Set<string>();
        for (const text of [
          token.reveal(),
          other,
          '',
          'x',
          'pat_1',
          `${token.reveal()}x`,
          'ey.a.b',
          'x'.repeat(4_000),
        ])
          answers.add(JSON.stringify(await desk.who(new Secret(text))));
        expect(answers.size).toBe(1);
        expect([...answers][0]).toContain('unauthenticated');
      });
    });

    it('F14: every effect is in the log once, in the name of the actor, and nothing secret with it', async () => {
      await desk.create(user('ada'));
      const session = await desk.join('ada');
      const { id, token } = await desk.pat(session);
      await desk.session(token);
      unwrap(await desk.authority.deletePersonalToken(id, await desk.by(session.token)));
      const log = (await desk.log()).map(({ action, actor }) => `${action} ${actor}`);
      expect(log).toEqual([
        'token.created keywright',
        'invitation.created User/owner',
        'invitation.accepted User/ada',
        'password.set User/ada',
        'session.started User/ada',
        'token.created User/ada',
        'session.started User/ada',
        'token.deleted User/ada',
      ]);
      const text = JSON.stringify(unwrap(await desk.store.audit({})));
      for (const secret of [token, session.token, PASSWORD, ROOT])
        expect(text).not.toContain(secret.reveal());
      unwrap(await desk.store.verifyAudit());
    });
  });
}

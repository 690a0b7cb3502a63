/** A store as a server has it, and short words for those who call it. */
import type { Principal } from '../../src/domain/principal.js';
import type { Result } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import type { AccessToken, Authority, By, CallContext, Proof } from '../../src/ports/identity.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import type { PasswordHashing } from '../../src/ports/password-hashing.js';
import { CALLER, Hand, need, OURS } from './store.js';
import type { HandClock } from './store-world.js';

export const ROOT = new Secret('a-root-token-that-is-long-enough-to-be-one');
export const PASSWORD = new Secret('correct horse battery');
export const FROM: CallContext = { path: 'test', source: '192.0.2.1' };

/** Costs nothing, and still tells passwords apart by their salt. */
export const quickHashing: PasswordHashing = {
  hash: async (password, salt) => `${Buffer.from(salt).toString('hex')}|${password.reveal()}`,
  verify: async (hash, password) => hash.slice(hash.indexOf('|') + 1) === password.reveal(),
};

export interface OpenServed {
  readonly store: LiveStore;
  readonly authority: Authority;
  readonly clock: HandClock;
}

/** A served store with a lease in hand, its root token set. */
export class Desk extends Hand {
  readonly authority: Authority;
  readonly clock: HandClock;

  private constructor({ store, authority, clock }: OpenServed, lease: Hand['lease']) {
    super(store, lease);
    this.authority = authority;
    this.clock = clock;
  }

  static async open(served: OpenServed): Promise<Desk> {
    const desk = new Desk(served, need(await served.store.acquireLease('ada', 5_000)));
    need(await served.authority.setRootToken(ROOT));
    return desk;
  }

  who(credential: Secret, context: Partial<CallContext> = {}): Promise<Result<Principal>> {
    return this.authority.authenticate(credential, { ...FROM, ...context });
  }

  /** What a holder of the credential asks: 200 or 401. */
  async status(credential: Secret): Promise<number> {
    const found = await this.who(credential);
    if (!found.ok && found.error.code !== 'unauthenticated') throw new Error(found.error.message);
    return found.ok ? 200 : 401;
  }

  async by(credential: Secret): Promise<By> {
    return { principal: need(await this.who(credential)), context: FROM };
  }

  async root(): Promise<By> {
    return this.by(ROOT);
  }

  exchange(proof: Proof, context: Partial<CallContext> = {}): Promise<Result<AccessToken>> {
    return this.authority.exchange(proof, { ...FROM, ...context });
  }

  async session(token: Secret): Promise<AccessToken> {
    return need(await this.exchange({ kind: 'token', token }));
  }

  login(email: string, password: Secret = PASSWORD, source = FROM.source): Promise<Result<AccessToken>> {
    return this.exchange({ kind: 'password', email, password }, source === undefined ? {} : { source });
  }

  /** Gives somebody a password by way of an invitation; gives the session it starts. */
  async join(person: string, password: Secret = PASSWORD): Promise<AccessToken> {
    const { token } = need(await this.authority.invite(person, await this.root()));
    return need(await this.authority.acceptInvitation(token, password, FROM));
  }

  /** A personal access token of somebody who has joined. */
  async pat(session: AccessToken, name = 'laptop'): Promise<{ readonly id: string; readonly token: Secret }> {
    const made = need(await this.authority.createPersonalToken(name, await this.by(session.token)));
    return { id: made.shown.id, token: made.token };
  }

  async change(declaration: Parameters<Hand['create']>[0]): Promise<void> {
    const { refOf } = await import('../../src/domain/objects.js');
    const { revision } = await this.fetch(refOf(declaration));
    need(await this.mutate({ kind: 'update', declaration, ownership: OURS, revision }));
  }

  async deactivateKey(name: string, kind: 'deactivate' | 'activate' = 'deactivate'): Promise<void> {
    need(await this.store.request({ kind, object: { kind: 'ApiKey', name } }, CALLER));
  }

  /** What the log says was done about credentials, oldest first. */
  async log(action?: string): Promise<readonly { readonly action: string; readonly actor: string }[]> {
    const entries = need(await this.store.audit({}));
    return entries.filter(
      (entry) => entry.object.startsWith('Credential/') && (action ?? entry.action) === entry.action,
    );
  }
}

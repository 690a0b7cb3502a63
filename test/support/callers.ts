/** A store as a server has it, and short words for those who call it. */
import type { Principal } from '../../src/domain/principal.js';
import type { Result } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import type { AccessToken, By, CallContext, IdentityService, Proof } from '../../src/ports/identity.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import type { PasswordHashing } from '../../src/ports/password-hashing.js';
import { CALLER, OURS, TestStore, unwrap } from './store.js';
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
  readonly authority: IdentityService;
  readonly clock: HandClock;
}

/** A served store with a lease in hand, its root token set. */
export class ServedTestStore extends TestStore {
  readonly authority: IdentityService;
  readonly clock: HandClock;

  private constructor({ store, authority, clock }: OpenServed, lease: TestStore['lease']) {
    super(store, lease);
    this.authority = authority;
    this.clock = clock;
  }

  static async open(served: OpenServed): Promise<ServedTestStore> {
    const desk = new ServedTestStore(served, unwrap(await served.store.acquireLease('ada', 5_000)));
    unwrap(await served.authority.setRootToken(ROOT));
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
    return { principal: unwrap(await this.who(credential)), context: FROM };
  }

  async root(): Promise<By> {
    return this.by(ROOT);
  }

  exchange(proof: Proof, context: Partial<CallContext> = {}): Promise<Result<AccessToken>> {
    return this.authority.exchange(proof, { ...FROM, ...context });
  }

  async session(token: Secret): Promise<AccessToken> {
    return unwrap(await this.exchange({ kind: 'token', token }));
  }

  login(email: string, password: Secret = PASSWORD, source = FROM.source): Promise<Result<AccessToken>> {
    return this.exchange({ kind: 'password', email, password }, source === undefined ? {} : { source });
  }

  /** Gives a person a password by way of an invitation; gives the session it starts. */
  async join(person: string, password: Secret = PASSWORD): Promise<AccessToken> {
    const { token } = unwrap(await this.authority.invite(person, await this.root()));
    return unwrap(await this.authority.acceptInvitation(token, password, FROM));
  }

  /** A personal access token of a person who has joined. */
  async pat(session: AccessToken, name = 'laptop'): Promise<{ readonly id: string; readonly token: Secret }> {
    const made = unwrap(await this.authority.createPersonalToken(name, await this.by(session.token)));
    return { id: made.shown.id, token: made.token };
  }

  async change(declaration: Parameters<TestStore['create']>[0]): Promise<void> {
    const { refOf } = await import('../../src/domain/objects.js');
    const { revision } = await this.fetch(refOf(declaration));
    unwrap(await this.mutate({ kind: 'update', declaration, ownership: OURS, revision }));
  }

  async deactivateKey(name: string, kind: 'deactivate' | 'activate' = 'deactivate'): Promise<void> {
    unwrap(await this.store.request({ kind, object: { kind: 'ApiKey', name } }, CALLER));
  }

  /** What the log says was done about credentials, oldest first. */
  async log(action?: string): Promise<readonly { readonly action: string; readonly actor: string }[]> {
    const entries = unwrap(await this.store.audit({}));
    return entries.filter(
      (entry) => entry.object.startsWith('Credential/') && (action ?? entry.action) === entry.action,
    );
  }
}

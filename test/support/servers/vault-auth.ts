/** Tokens of one namespace, with their policies and their ends, and the logins that give them. */
import { type Capability, capabilitiesAt, policyOf, type Rule, reaches } from './vault-policy.js';

export interface Role {
  readonly policies: readonly string[];
  /** Seconds; 0: without an end. */
  readonly ttl: number;
  /** `token_num_uses`; absent: any number. */
  readonly uses?: number;
}

interface Token {
  readonly policies: readonly string[];
  readonly endsAt: number;
  uses: number;
}

export class VaultAuth {
  readonly #now: () => number;
  readonly #name: string;
  readonly #policies = new Map<string, readonly Rule[]>();
  readonly #tokens = new Map<string, Token>();
  /** `MOUNT CREDENTIALS` → role. */
  readonly #logins = new Map<string, Role>();
  #made = 0;
  logins = 0;

  constructor(name: string, now: () => number) {
    this.#name = name;
    this.#now = now;
  }

  policy(name: string, hcl: string): void {
    this.#policies.set(name, policyOf(hcl));
  }

  token({ policies, ttl, uses }: Role): string {
    const token = `hvs.${this.#name || 'root'}-canary-${String(this.#made++).padStart(4, '0')}`;
    const endsAt = ttl === 0 ? Number.POSITIVE_INFINITY : this.#now() + ttl * 1_000;
    this.#tokens.set(token, { policies, endsAt, uses: uses ?? Number.POSITIVE_INFINITY });
    return token;
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  revokeAll(): void {
    this.#tokens.clear();
  }

  /** What is presented at `auth/MOUNT/login`, as it is in the body. */
  allow(mount: string, presented: Readonly<Record<string, string>>, role: Role): void {
    this.#logins.set(`${mount} ${keyOf(presented)}`, role);
  }

  hasMethod(mount: string): boolean {
    return [...this.#logins.keys()].some((key) => key.startsWith(`${mount} `));
  }

  /** The answer of a login; undefined when what is presented is wrong. */
  login(mount: string, presented: Readonly<Record<string, unknown>>): object | undefined {
    const role = this.#logins.get(`${mount} ${keyOf(presented)}`);
    if (role === undefined) return undefined;
    this.logins += 1;
    const token = this.token(role);
    const about = { accessor: 'hmac', token_policies: role.policies, renewable: role.ttl > 0 };
    return { auth: { client_token: token, lease_duration: role.ttl, ...about } };
  }

  /** Counts a use. Undefined for a token that is unknown, has ended or was used up. */
  rulesOf(token: string): readonly Rule[] | 'root' | undefined {
    const found = this.#tokens.get(token);
    if (found === undefined || found.endsAt <= this.#now() || found.uses <= 0) return undefined;
    found.uses -= 1;
    return found.policies.includes('root')
      ? 'root'
      : found.policies.flatMap((name) => this.#policies.get(name) ?? []);
  }
}

const keyOf = (presented: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.entries(presented).sort());

export const allows = (rules: readonly Rule[] | 'root', path: string, capability: Capability): boolean =>
  rules === 'root' || capabilitiesAt(rules, path).has(capability);

export const knowsMount = (rules: readonly Rule[] | 'root', mount: string): boolean =>
  rules === 'root' || reaches(rules, mount);

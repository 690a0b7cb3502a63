/** Where services are that secrets are delivered to. */
import type { ConnectionSpec } from '../domain/connections/index.js';
import type { Result } from '../domain/result.js';

export interface Connections {
  /** As declared, else as live; undefined for one that is neither. Fails as the store does. */
  find(name: string): Promise<Result<ConnectionSpec | undefined>>;
}

export const NO_CONNECTIONS: Connections = { find: async () => ({ ok: true, value: undefined }) };

/** The answer to "is this key good?" as JSON: of `keywright verify` and of `POST /keys/verify` alike. */
import { formatInstant } from '../domain/time.js';
import type { Verification } from '../ports/live-store.js';

/** Members that are not known are null. */
export const verificationJson = ({ valid, code, key }: Verification) => ({
  valid,
  code,
  keyId: key?.keyId ?? null,
  name: key?.name ?? null,
  version: key?.version ?? null,
  type: key?.type ?? null,
  environment: key?.environment ?? null,
  owner: key?.owner ?? null,
  permissions: key?.permissions ?? null,
  expiresAt: key?.expiresAt === undefined ? null : formatInstant(key.expiresAt),
});

/** The tables of the first release. Those that others refer to come first. */
import type { Kysely, Migration } from 'kysely';
import { auditAndEvents } from './initial/audit.js';
import { credentialsAndSecrets } from './initial/credentials.js';
import { objectsAndVersions } from './initial/objects.js';
import { operations } from './initial/operations.js';

export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await objectsAndVersions(db);
    await credentialsAndSecrets(db);
    await auditAndEvents(db);
    await operations(db);
  },
};

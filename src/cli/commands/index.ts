/** The commands, in the order `--help` lists them. Each is loaded when it is called and not before. */
import type { Command } from '../command.js';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'start a project in this folder',
    load: async () => (await import('./init.js')).init,
  },
  {
    name: 'validate',
    summary: 'check the documents, without a store',
    load: async () => (await import('./validate.js')).validate,
  },
  {
    name: 'fmt',
    summary: 'write documents in one style',
    load: async () => (await import('./fmt.js')).fmt,
  },
  {
    name: 'plan',
    summary: 'show what apply would do, and why',
    load: async () => (await import('./plan.js')).plan,
  },
  {
    name: 'apply',
    summary: 'issue, deliver, rotate and revoke until the live store matches',
    load: async () => (await import('./apply.js')).apply,
  },
  {
    name: 'destroy',
    summary: 'remove everything that this project made',
    load: async () => (await import('./destroy.js')).destroy,
  },
  {
    name: 'drift',
    summary: 'show what differs, since when, and who changed it',
    load: async () => (await import('./drift.js')).drift,
  },
  {
    name: 'explain',
    summary: 'show the history of one object, and what happens next',
    load: async () => (await import('./explain.js')).explain,
  },
  {
    name: 'run',
    summary: 'run the controller: watch, and apply what becomes due',
    load: async () => (await import('./run.js')).run,
  },
  {
    name: 'serve',
    summary: 'serve the HTTP API of the live store',
    load: async () => (await import('./serve.js')).serve,
  },
  { name: 'get', summary: 'list live objects', load: async () => (await import('./get.js')).get },
  {
    name: 'export',
    summary: 'print live objects as documents',
    load: async () => (await import('./export.js')).exportDocuments,
  },
  {
    name: 'adopt',
    summary: 'adopt live objects without changing them',
    load: async () => (await import('./adopt.js')).adopt,
  },
  {
    name: 'claim',
    summary: 'print the secret of a key without a sink, once',
    load: async () => (await import('./claim.js')).claim,
  },
  { name: 'rotate', summary: 'start a rotation', load: async () => (await import('./rotate.js')).rotate },
  {
    name: 'revoke',
    summary: 'retire a key, or end it at once',
    load: async () => (await import('./revoke.js')).revoke,
  },
  {
    name: 'acknowledge',
    summary: 'confirm that consumers use a new version',
    load: async () => (await import('./acknowledge.js')).acknowledge,
  },
  {
    name: 'verify',
    summary: 'check whether a key is accepted, and if not, why',
    load: async () => (await import('./verify.js')).verify,
  },
  {
    name: 'sessions',
    summary: 'list and end sessions and personal access tokens',
    load: async () => (await import('./sessions.js')).sessions,
  },
  {
    name: 'audit',
    summary: 'list, check or export the audit log',
    load: async () => (await import('./audit.js')).audit,
  },
  {
    name: 'backup',
    summary: 'copy the embedded store into a file',
    load: async () => (await import('./backup.js')).backup,
  },
  {
    name: 'restore',
    summary: 'replace the embedded store by a backup',
    load: async () => (await import('./restore.js')).restore,
  },
  {
    name: 'master-key',
    summary: 'replace the master key of the store',
    load: async () => (await import('./master-key.js')).masterKey,
  },
  {
    name: 'driver',
    summary: 'test a driver for exec sinks',
    load: async () => (await import('./driver.js')).driver,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of documents, for editors',
    load: async () => (await import('./schema.js')).schema,
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands in a shell',
    load: async () => (await import('./completion.js')).completionOf(COMMANDS),
  },
  { name: 'version', summary: 'print the version', load: async () => (await import('./version.js')).version },
];

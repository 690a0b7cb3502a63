/** A working folder with `examples/cdk` in it, and the same platform as documents. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from './workspace.js';

const root = join(__dirname, '../..');

/** A working folder in which apps find the CDK and `keywright/constructs`, as after `npm install`. */
export function appWorkspace(): Workspace {
  const workspace = new Workspace();
  mkdirSync(join(workspace.folder, 'node_modules'));
  for (const name of ['cdktf', 'constructs', '@cdktf', 'esbuild', '.bin'])
    symlinkSync(join(root, 'node_modules', name), join(workspace.folder, 'node_modules', name));
  symlinkSync(root, join(workspace.folder, 'node_modules/keywright'));
  return workspace;
}

/** The example as it stands. */
export function exampleWorkspace(): Workspace {
  const workspace = appWorkspace();
  cpSync(join(root, 'examples/cdk'), workspace.folder, { recursive: true });
  return workspace;
}

const SERVICES: Readonly<Record<string, string>> = {
  billing: 'spaces:read, invoices:read',
  checkout: 'spaces:read, orders:write',
  crm: 'guests:read',
  export: 'spaces:read, workbooks:read',
  import: 'spaces:write, workbooks:write',
  ledger: 'invoices:read, invoices:write',
  mailer: 'guests:read, events:read',
  reports: 'spaces:read, events:read',
  search: 'spaces:read, workbooks:read',
  shipping: 'orders:read',
  sync: 'workbooks:read, workbooks:write',
  webhooks: 'events:read, events:write',
};

const ENVIRONMENTS = { dev: 'development', stage: 'staging', prod: 'production' };

const keyOf = (service: string, short: string, environment: string): string => `kind: ApiKey
metadata: { name: ${service}-${short}, labels: { service: ${service} } }
spec:
  environment: ${environment}
  owner: { service: ${service} }
  expiresAfter: 180d
  rotation: { every: 30d, overlap: 24h }
  deliver: [{ dotenv: { path: secrets/${short}/${service}.env, variable: API_KEY } }]
`;

const REST = `kind: Environment
metadata: { name: development }
---
kind: Environment
metadata: { name: staging }
spec: { guestInvites: false }
---
kind: Environment
metadata: { name: production }
spec: { isProd: true, guestInvites: false }
---
kind: Role
metadata: { name: auditor }
spec: { scope: tenant, permissions: [audit:read] }
---
kind: User
metadata: { name: ada }
spec: { email: ada@example.com, name: Ada, roles: [administrator] }
---
kind: User
metadata: { name: grace }
spec: { email: grace@example.com, roles: [member, auditor] }
---
kind: Team
metadata: { name: payments }
spec:
  description: Money in, money out
  members: [{ user: ada, role: admin }, { user: grace, role: editor }]
---
kind: ApiKey
metadata: { name: payments-console }
spec:
  environment: production
  owner: { team: payments, role: editor }
  expiresAfter: 180d
  rotation: { every: 30d }
  deliver: [{ file: { path: secrets/prod/payments-console } }]
---
kind: Space
metadata: { name: onboarding }
spec: { environment: production, workbooks: [contacts, orders] }
---
kind: Space
metadata: { name: audits }
spec: { environment: production }
---
kind: Guest
metadata: { name: auditor-example-com }
spec:
  environment: production
  email: auditor@example.com
  expiresAfter: 14d
  grants: [{ space: audits }, { space: onboarding, workbooks: [contacts] }]
`;

/** What the example declares, written manually. */
export const platformYaml = (): string =>
  [
    REST,
    ...Object.entries(SERVICES).flatMap(([name, permissions]) => [
      `kind: Service\nmetadata: { name: ${name} }\nspec: { stewards: [ops@example.com], permissions: [${permissions}] }\n`,
      ...Object.entries(ENVIRONMENTS).map(([short, environment]) => keyOf(name, short, environment)),
    ]),
  ].join('---\n');

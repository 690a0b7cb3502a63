import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { line, load, loadText, specFolder } from '../support/spec-folder.js';

const CONTRACT = `apiVersion: keywright.dev/v1
kind: Project                       # keywright.yaml at the root of the working folder; one a project
metadata: { name: acme-platform }   # owns what it creates
spec:
  store: .keywright
  specs: [specs]
  unmanaged: report
  guard: { maxRemovals: 25%, maxRemovalsMin: 5, minAdministrators: 1, requireApproval: [production] }
  defaults: { rotation: { every: 90d } }
  policy: { requireExpiry: false, staleAfter: 90d, maxAge: 366d, naming: warn }
---
kind: Environment
metadata: { name: production }
spec: { isProd: true, guestAuthentication: [magic_link], guestInvites: false }
---
kind: Service
metadata: { name: billing }
spec: { description: "Invoices", stewards: [ada@example.com, ops@example.com], permissions: [spaces:read] }
---
kind: ApiKey
metadata: { name: billing-prod }
spec:
  environment: production
  type: secret                      # secret | publishable
  owner: { service: billing }
  permissions: [spaces:read]        # absent: what its owner may do
  expiresAfter: 180d
  rotation: { every: 90d, overlap: 24h, handover: observed, quiet: 24h, consumers: [checkout] }
  deliver:
    - dotenv: { path: secrets/billing.env, variable: BILLING_API_KEY }
`;

const loaded = async (files: Record<string, string>) => {
  const { state, errors } = await load(specFolder(files));
  expect(errors.map(line)).toEqual([]);
  return state?.entries ?? [];
};

test('the sample of the contract loads from one stream in keywright.yaml', async () => {
  const { state, errors } = await load(specFolder({ 'keywright.yaml': CONTRACT, 'specs/.gitkeep': '' }));
  expect(errors).toEqual([]);
  expect(state?.project.name).toBe('acme-platform');
  expect(
    state?.entries.map(({ ref, position }) => [ref.kind, ref.name, position.line, position.column]),
  ).toEqual([
    ['ApiKey', 'billing-prod', 21, 19],
    ['Environment', 'production', 13, 19],
    ['Service', 'billing', 17, 19],
  ]);
  expect(state?.entries[0]?.load()).toEqual({
    kind: 'ApiKey',
    metadata: { name: 'billing-prod' },
    spec: {
      environment: 'production',
      type: 'secret',
      owner: { service: 'billing' },
      permissions: ['spaces:read'],
      expiresAfter: '180d',
      rotation: { every: '90d', overlap: '1d', handover: 'observed', quiet: '1d', consumers: ['checkout'] },
      deliver: [{ dotenv: { path: 'secrets/billing.env', variable: 'BILLING_API_KEY' } }],
    },
  });
});

test('every error of every document is reported at once, at its key or value', async () => {
  const { errors } = await loadText(`kind: ApiKey
metadata: { name: Billing }
spec:
  enviroment: production
  owner: { service: billing }
  rotation: { every: 90 }
---
kind: Servce
metadata: { name: billing }
---
kind: Tenant
metadata: { name: data }
---
kind: Environment
metadata: { name: staging }
spec: { isProd: yes }
`);
  expect(errors.map(line)).toEqual([
    'a.yaml:2:19 bad_value must be a DNS label: lower-case letters, digits and hyphens, at most 63, e.g. billing-prod',
    'a.yaml:3:1 missing_field the field "environment" is missing',
    'a.yaml:4:3 unknown_field unknown field "enviroment" (did you mean "environment"?)',
    'a.yaml:6:22 wrong_type must be a duration such as 90d, 24h, 15m, 30s or PT24H, not the number 90',
    'a.yaml:8:7 unknown_kind unknown kind "Servce" (did you mean "Service"?)',
    'a.yaml:11:7 unknown_kind unknown kind "Tenant" (use one of Project, Environment, Service, Role, User, Team, Space, Guest, Connection, ApiKey)',
    'a.yaml:16:17 wrong_type must be true or false, not text',
  ]);
});

test('quotes are advised only where they make it right, and a Keywright annotation gets its near miss', async () => {
  const { errors } = await loadText(`kind: ApiKey
metadata: { name: 12, annotations: { keywright.dev/protec: "true" } }
spec: { environment: production, owner: { tenant: true }, expiresAfter: P3M }
---
kind: Role
metadata: { name: reader }
spec: { scope: tenant, permissions: [7] }
`);
  expect(errors.map(line)).toEqual([
    'a.yaml:2:19 wrong_type must be text, not the number 12 (put it in quotes: "12")',
    'a.yaml:2:38 unknown_field unknown field "keywright.dev/protec" (did you mean "keywright.dev/protect"?)',
    'a.yaml:3:73 bad_value must be a duration in days or less, such as 90d: months and years differ in length',
    'a.yaml:7:38 wrong_type must be a permission such as spaces:read, not the number 7',
  ]);
});

test('a list that must hold something says so', async () => {
  const { errors } = await loadText(`kind: Guest
metadata: { name: ada }
spec: { environment: production, email: ada@example.com, grants: [{ space: hall, workbooks: [] }] }
`);
  expect(errors.map(line)).toEqual(['a.yaml:3:93 bad_value must not be empty']);
});

test('a JSON file takes the same path', async () => {
  const [entry] = await loaded({
    'specs/a.json':
      '{\n "kind": "Service",\n "metadata": {"name": "billing"},\n "spec": {"description": "a\\u0062c"}\n}',
  });
  expect(entry?.load().spec).toEqual({ description: 'abc' });
  expect(entry?.position).toEqual({ file: 'specs/a.json', line: 3, column: 23 });
});

test('a link that leads nowhere is a document that cannot be read, not one that was taken away', async () => {
  const folder = specFolder({ 'specs/a.yaml': '', 'specs/notes.txt': '' });
  symlinkSync('nowhere', join(folder, 'specs/b.yaml'));
  symlinkSync('nowhere', join(folder, 'specs/.#a.yaml'));
  const { errors } = await load(folder);
  expect(errors.map(({ code, message }) => [code, message])).toEqual([
    ['unreadable', 'specs/b.yaml is a link that leads nowhere; remove it or mend it'],
  ]);
});

import { loadProject } from '../../src/documents/load.js';
import { validate } from '../../src/documents/validate.js';
import { line, load, loadText, PROJECT, specFolder } from '../support/spec-folder.js';

const errorsOf = async (...documents: readonly string[]): Promise<readonly string[]> =>
  (await loadText(documents.map((one) => `---\n${one}\n`).join(''))).errors.map(line);

const space =
  'kind: Space\nmetadata: { name: onboarding }\nspec: { environment: production, workbooks: [contacts, orders] }';
const guest = (grants: string, environment = 'production') =>
  `kind: Guest\nmetadata: { name: auditor }\nspec: { environment: ${environment}, email: g@example.com, grants: [${grants}] }`;
const role = (name: string, scope: string) =>
  `kind: Role\nmetadata: { name: ${name} }\nspec: { scope: ${scope}, permissions: [audit:read] }`;
const user = (name: string, spec: string) => `kind: User\nmetadata: { name: ${name} }\nspec: { ${spec} }`;
const team = (...members: readonly string[]) =>
  `kind: Team\nmetadata: { name: data }\nspec: { members: [${members.join(', ')}] }`;

test('a workbook that its space does not have is an error at the workbook, with what may be meant', async () => {
  expect(await errorsOf(space, guest('{ space: onboarding, workbooks: [orders, contact] }'))).toEqual([
    'a.yaml:8:106 unknown_reference space onboarding has no workbook contact (did you mean "contacts"?)',
  ]);
  expect(await errorsOf(space, guest('{ space: onboarding, workbooks: [letters] }'))).toEqual([
    'a.yaml:8:98 unknown_reference space onboarding has no workbook letters (it has contacts, orders)',
  ]);
  expect(await errorsOf(space, guest('{ space: onboarding, workbooks: [orders] }'))).toEqual([]);
  expect(await errorsOf(space, guest('{ space: onboarding }'))).toEqual([]);
});

test('a role is given where it is for, and an error stands at the role that is not', async () => {
  const roles = [role('auditor', 'tenant'), role('analyst', 'team')];
  expect(await errorsOf(...roles, user('zoe', 'email: z@example.com, roles: [member, analyst]'))).toEqual([
    'a.yaml:12:47 broken_rule role analyst is for teams, but a role for the tenant is required',
  ]);
  const members = ['{ user: owner, role: auditor }', '{ user: ada@example.com, role: admin }'];
  expect(await errorsOf(...roles, team(...members))).toEqual([
    'a.yaml:12:40 broken_rule role auditor is for the tenant, but a role for teams is required',
  ]);
});

test('two people do not share an address, whatever its capitals', async () => {
  expect(
    await errorsOf(user('ada', 'email: ada@example.com'), user('countess', 'email: Ada@Example.com')),
  ).toEqual([
    'a.yaml:8:16 broken_rule User/ada already has this address (it is declared in specs/a.yaml:3; the address of a user must be unique)',
  ]);
});

test('a member is named once, by name or by address', async () => {
  const ada = user('ada', 'email: ada@example.com');
  expect(await errorsOf(ada, team('{ user: ada }', '{ user: Ada@example.com, role: admin }'))).toEqual([
    'a.yaml:8:42 broken_rule ada@example.com is ada, who is already a member; a member has one role',
  ]);
});

test('an unknown role is answered with those that there are in that place', async () => {
  const text = `---\n${user('ada', 'email: a@example.com, roles: [adminstrator]')}\n---\n${team('{ user: ada, role: boss }')}\n`;
  const project = await loadProject(specFolder({ 'keywright.yaml': PROJECT, 'specs/a.yaml': text }));
  if (!project.ok) throw new Error('no project');
  const result = await validate(project.value);
  expect(result.ok ? [] : result.error.map(line)).toEqual([
    'a.yaml:4:39 unknown_reference Role "adminstrator" is neither declared nor live (did you mean "administrator"?)',
    'a.yaml:8:38 unknown_reference Role "boss" is neither declared nor live (declare it, or use one of admin, editor, viewer)',
  ]);
});

test('U8: where the policy makes it an error, a personal name is one, at the name', async () => {
  const naming = (policy: string) =>
    `kind: Project\nmetadata: { name: acme }\nspec: { policy: { naming: ${policy} } }\n`;
  const text = `${user('ada', 'email: ada@example.com')}\n---\nkind: Service\nmetadata: { name: ada-bot }\nspec: {}\n`;
  const errors = async (policy: string) =>
    (await load(specFolder({ 'keywright.yaml': naming(policy), 'specs/a.yaml': text }))).errors.map(line);
  expect(await errors('error')).toEqual([
    'a.yaml:6:19 broken_rule the name is named after a person (ada); use a name for its purpose and environment, such as prod-main-app',
  ]);
  expect(await errors('warn')).toEqual([]);
});

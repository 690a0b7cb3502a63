/** The page of resources: every kind as CDK resources and the Terraform provider have it. Derived; a test compares it with the file. */
import { kindOf, OBJECT_KINDS } from '../domain/kinds/index.js';
import { type Attribute, type AttributeType, attributesOf, resourceShape } from '../domain/kinds/resource.js';

export function resourcesPage(): string {
  const sections = OBJECT_KINDS.map(kindOf).map((kind) => {
    const shape = resourceShape(kind);
    return [
      `## ${shape.type}`,
      '',
      shape.summary,
      '',
      '| attribute | type | | |',
      '|---|---|---|---|',
      ...attributesOf(shape).flatMap((attribute) => rows(attribute, '')),
      '',
    ].join('\n');
  });
  return [
    '# Resources',
    '',
    'Generated from the kinds by `npm run derive`. These are the attributes that `keywright/constructs` synthesizes and the Terraform provider accepts: the fields of documents in',
    'snake_case, `name`, `labels` and `annotations`; the `name` of a person is `display_name`. Data sources have the same attributes and are found by `name`,',
    'spaces and guests by `environment` too.',
    '',
    ...sections,
  ].join('\n');
}

function rows(attribute: Attribute, within: string): readonly string[] {
  const { name, type, presence, description, isReplacing } = attribute;
  const path = `${within}${name}`;
  const notes = isReplacing ? `${description} A change replaces the object.` : description;
  const row = `| \`${path}\` | ${typeText(type)} | ${presence} | ${notes.replaceAll('|', '\\|')} |`;
  return [row, ...membersOf(type).flatMap((member) => rows(member, `${path}.`))];
}

const membersOf = (type: AttributeType): readonly Attribute[] => {
  if (type.kind === 'object') return type.attributes;
  return type.kind === 'list' || type.kind === 'set' ? membersOf(type.of) : [];
};

const typeText = (type: AttributeType): string =>
  type.kind === 'list' || type.kind === 'set' || type.kind === 'map'
    ? `${type.kind} of ${typeText(type.of)}`
    : type.kind;

/** Identity-based IAM policies, as far as the pages of the sinks use them. What it does not know, it refuses to judge. */

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface AwsPolicy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

export interface Asked {
  /** `secretsmanager:GetSecretValue` */
  readonly action: string;
  readonly resource: string;
  /** Keys of conditions: `kms:ViaService`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** A denial outweighs whatever allows it. */
export function isAllowed(policy: AwsPolicy, asked: Asked): boolean {
  if (policy.Version !== '2012-10-17') throw new Error(`a policy of version ${policy.Version}`);
  const that = policy.Statement.filter((statement) => applies(statement, asked));
  return that.some(({ Effect }) => Effect === 'Allow') && !that.some(({ Effect }) => Effect === 'Deny');
}

const KNOWN = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

function applies(statement: Statement, { action, resource, context = {} }: Asked): boolean {
  const unknown = Object.keys(statement).filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) throw new Error(`a statement with ${unknown}`);
  return (
    listOf(statement.Action).some((one) => matches(one.toLowerCase(), action.toLowerCase())) &&
    listOf(statement.Resource).some((one) => matches(one, resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], listOf(wanted))),
    )
  );
}

function holds(operator: string, value: string | undefined, wanted: readonly string[]): boolean {
  if (operator !== 'StringEquals' && operator !== 'StringLike') throw new Error(`a condition ${operator}`);
  if (value === undefined) return false;
  return wanted.some((one) => (operator === 'StringLike' ? matches(one, value) : one === value));
}

const listOf = (one: string | readonly string[]): readonly string[] =>
  typeof one === 'string' ? [one] : one;

function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`).test(text);
}

/** The JSON of `keywright plan` and `keywright drift`, as contract.md has it, and whose declarations are asked about. */
import { type TSchema, Type } from 'typebox';
import { closed, Instant } from '../../schemas.js';

const Name = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));

export const whoseQuery = Type.Object(
  {
    project: Name('Optional if the store has one project only.'),
    manager: Name('`documents`, or `terraform:…`; optional if the project has documents, or one manager.'),
  },
  closed,
);

const ObjectName = Type.Object(
  { kind: Type.String(), name: Type.String(), environment: Type.Optional(Type.String()) },
  closed,
);

const stepFields = {
  id: Type.String(),
  action: Type.String({ description: '`create`, `update`, `issue`, `revoke`, …' }),
  object: ObjectName,
  reason: Type.String({ description: 'Stable; programs may match on it.' }),
  detail: Type.Unknown({ description: 'Details of the action: for an update, the fields that differ.' }),
  dependsOn: Type.Array(Type.String()),
};

export const Step = Type.Object(stepFields);

export const DriftStep = Type.Object({
  ...stepFields,
  cause: Type.Optional(
    Type.Union([
      Type.Object({ since: Instant, actor: Type.String(), path: Type.String() }, closed),
      Type.Object({ documents: Type.Literal(true) }, closed),
    ]),
  ),
});

const count = Type.Integer({ minimum: 0 });

export const previewOf = (kind: 'Plan' | 'Drift', step: TSchema) =>
  Type.Object(
    {
      apiVersion: Type.Literal('keywright.dev/v1'),
      kind: Type.Literal(kind),
      project: Type.String(),
      digest: Type.String({ description: 'Equal plans have the same digest.' }),
      basedOn: Type.Object({ desired: Type.String(), observed: Type.String() }, closed),
      now: Instant,
      summary: Type.Record(Type.String(), count, { description: 'The number of steps of each action.' }),
      steps: Type.Array(step),
      findings: Type.Array(
        Type.Object(
          {
            code: Type.String(),
            severity: Type.Enum(['refuse', 'warn']),
            object: Type.Optional(ObjectName),
            message: Type.String(),
          },
          closed,
        ),
      ),
      waiting: Type.Array(
        Type.Object(
          {
            object: ObjectName,
            reason: Type.String(),
            until: Type.Optional(Instant),
            message: Type.String(),
          },
          closed,
        ),
      ),
      approvals: Type.Array(Type.String()),
    },
    closed,
  );

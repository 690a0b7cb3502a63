/**
 * How often something is tried of which more finds more. In CI, and so by `npm run test:all`, as often as it takes; by
 * `npm test` on a machine where a person waits, less often. A variable says another number.
 */

/** In CI nothing is left out, and what is missing is a failure. */
export const IS_COMPLETE = process.env['CI'] === 'true';

export interface Effort {
  readonly complete: number;
  readonly otherwise: number;
  /** The variable that overrides both. */
  readonly variable?: string;
}

export function effort({ complete, otherwise, variable }: Effort): number {
  const said = variable === undefined ? undefined : process.env[variable];
  return Number(said ?? (IS_COMPLETE ? complete : otherwise));
}

/** What a location holds, as the engine sees it by names and as a driver is given it. */
import { WHOLE } from '../../domain/sinks/bundle.js';
import type { Write } from '../driver.js';
import type { Value } from './protocol.js';

/** An empty value takes out what is there. */
export function valueToWrite({ set, remove }: Write): Value {
  const whole = set.get(WHOLE);
  if (whole !== undefined) return whole.reveal();
  if (remove.includes(WHOLE)) return '';
  return Object.fromEntries([...set].map(([name, secret]) => [name, secret.reveal()]));
}

/** A text where fields are expected is a foreign value of each of them, and an object where a text is. */
class Values extends Map<string, string> {
  readonly #other: string;

  constructor(value: Value) {
    super(typeof value === 'string' ? [[WHOLE, value]] : Object.entries(value));
    this.#other = typeof value === 'string' ? value : JSON.stringify(value);
  }

  override get(name: string): string | undefined {
    const isForeign = name === WHOLE || this.has(WHOLE);
    return super.get(name) ?? (isForeign && this.size > 0 ? this.#other : undefined);
  }
}

export const valuesOf = (value: Value): ReadonlyMap<string, string> => new Values(value);

/** The other way round. */
export function valueIn(values: ReadonlyMap<string, string>): Value {
  return values.has(WHOLE) ? (values.get(WHOLE) ?? '') : Object.fromEntries(values);
}

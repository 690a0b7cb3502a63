/** The sinks of some types: what the adapter of files and the one of objects both are. */
import { type Fault, fault } from '../domain/errors.js';
import type { SinkId } from '../domain/kinds/index.js';
import type { Sinks } from '../ports/sink.js';

export type SinksOfTypes = Omit<Sinks, 'delivered' | 'refreshes'>;

export const unsupportedSink = (id: SinkId): Fault =>
  fault('sink_unsupported', `this version does not support the sink ${id}`);

export const noConnection = (name: string): Fault =>
  fault(
    'sink_refused',
    `its Connection ${name} is neither declared nor live; declare it, or remove what goes through it`,
  );

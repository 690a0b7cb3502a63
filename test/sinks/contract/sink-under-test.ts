/** What the contract of sinks needs of a type: its sinks, who else looks at them, and faults on demand. */
import type { SinkDeclaration } from '../../../src/domain/kinds/index.js';
import type { SinkAbility } from '../../../src/domain/sinks/index.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { Sinks } from '../../../src/ports/sink.js';
import type { Driver } from '../../../src/sinks/driver.js';

/** What a server can be made to do to one request. */
export type ServerFault =
  /** 401, or what stands for it. */
  | 'unauthenticated'
  /** 403. */
  | 'forbidden'
  /** 429 with `Retry-After: 7`. */
  | 'rate-limited'
  /** 500 or 503, or a driver that fails. */
  | 'server-error'
  /** What is never accepted: invalid, immutable. */
  | 'refused'
  /** The connection ends in the middle of the answer; nothing was written. */
  | 'cut'
  /** No answer, for longer than any deadline; nothing was written. */
  | 'slow'
  /** Written, and the answer is lost. */
  | 'lost-answer';

export interface SinkUnderTest {
  /** The sinks as one more process opens them. */
  open(more?: { readonly clock?: Clock }): Sinks;
  /** Declares a sink at a location that nothing was ever written to. */
  fresh(): SinkDeclaration;
  /** Declares another field of the same object. */
  beside?(sink: SinkDeclaration): SinkDeclaration;
  /** The driver, and the object of a sink as it is named to it. */
  driver?(sink: SinkDeclaration): Promise<{ readonly driver: Driver; readonly object: string }>;
  /** What another program than ours sees at the sink; undefined when nothing is there. */
  look(sink: SinkDeclaration): Promise<string | undefined>;
  /** Another program writes there, whatever is there. */
  overwrite(sink: SinkDeclaration, value: string): Promise<void>;
  /** A field that is somebody else's, in the same object. */
  readonly stranger?: {
    write(sink: SinkDeclaration, value: string): Promise<void>;
    look(sink: SinkDeclaration): Promise<string | undefined>;
  };
  /** Makes the next request of that sort fail; it is clear that it was met, or the test fails. */
  fail?(what: ServerFault, request: 'read' | 'write'): void;
  /** Everything that left this process, but for the bodies that secrets belong in: URLs, headers, command lines. */
  sent?(): readonly string[];
  /** What connections authenticate with: in no message, and in no URL. */
  readonly credentials?: readonly string[];
  close(): Promise<void> | void;
}

/** A type of sink in the contract. What is named here is tested; what is not does not apply to it. */
export interface SinkLine {
  readonly name: string;
  readonly ability: SinkAbility;
  /** The parts of `SinkUnderTest` that it has. */
  readonly has: readonly ('beside' | 'driver' | 'stranger' | 'sent')[];
  readonly faults?: readonly ServerFault[];
  start(): Promise<SinkUnderTest> | SinkUnderTest;
}

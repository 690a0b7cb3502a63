/** The test of a driver of the user's: what it was asked, and how it did. */

export interface DriverCheck {
  /** `a value with quotes comes back as it was written` */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped; no value that was written. */
  readonly detail?: string;
}

export interface DriverTest {
  /** What the driver said that it can do; absent for one that can only write. */
  readonly describes: 'full' | 'not conditional' | 'revisions only' | 'write-only' | 'nothing';
  readonly checks: readonly DriverCheck[];
}

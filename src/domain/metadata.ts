/** What every document carries beside its spec: its name, labels, and annotations that mean something to us. */

export interface Metadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const PROTECT = 'keywright.dev/protect';
export const SUSPEND_UNTIL = 'keywright.dev/suspend-until';
export const PREVIOUS_NAME = 'keywright.dev/previous-name';

export const isProtected = (metadata: Metadata): boolean => metadata.annotations?.[PROTECT] === 'true';

/** Empty maps are as good as absent ones. */
export function normalMetadata({ name, labels, annotations }: Metadata): Metadata {
  return {
    name,
    ...(labels && isFilled(labels) && { labels }),
    ...(annotations && isFilled(annotations) && { annotations }),
  };
}

const isFilled = (map: object): boolean => Object.keys(map).length > 0;

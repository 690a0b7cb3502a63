/** What every document carries beside its spec: its name, labels, and annotations that mean something to us. */

export interface Metadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const PROTECT = 'keywright.dev/protect';
export const SUSPEND_UNTIL = 'keywright.dev/suspend-until';
/** `true`: what was delivered stays in its sinks when the key is removed. */
export const KEEP_DELIVERED = 'keywright.dev/keep-delivered';
export const PREVIOUS_NAME = 'keywright.dev/previous-name';

/** On a live key that another replaced, and whose versions run out: the name of that one. Never declared. */
export const REPLACED_BY = 'keywright.dev/replaced-by';

/** What a replaced key is called while its versions run out; undefined where the name is too long to be kept in it. */
export const replacedName = (name: string, mark: string): string | undefined =>
  name.length + INFIX.length + mark.length > NAME_MAX ? undefined : `${name}${INFIX}${mark}`;

/** Of such a name: the one that it had, which the new key has; undefined for any other name. */
export const nameBeforeReplacement = (name: string): string | undefined =>
  /^(.+)-replaced-[0-9a-f]{8}$/.exec(name)?.[1];

const INFIX = '-replaced-';
const NAME_MAX = 63;

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

/**
 * Addresses of callers as limits count them. Networks of IPv6 are counted, not their addresses: a subscriber has a
 * whole /56, and as many addresses of it as they like.
 */

/** Hex groups of an IPv6 address that name its network: 56 bits are three groups and a half. */
const NETWORK_GROUPS = 4;

/** Returns the address itself for IPv4 and for anything that is no address; the /56 network for IPv6. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  const numbers = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16));
  if (numbers.length < NETWORK_GROUPS || numbers.some(Number.isNaN)) return address;
  return `${[...numbers.slice(0, 3), (numbers[3] ?? 0) & 0xff00].map((one) => one.toString(16)).join(':')}::/56`;
}

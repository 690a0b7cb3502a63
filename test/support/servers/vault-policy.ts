/** Policies as Vault reads them: `path "secret/data/shop/*" { capabilities = ["read"] }`, in HCL. */

export type Capability = 'create' | 'read' | 'update' | 'patch' | 'delete' | 'list' | 'deny';

export interface Rule {
  readonly path: string;
  readonly capabilities: readonly Capability[];
}

const RULE = /path\s+"(?<path>[^"]+)"\s*\{\s*capabilities\s*=\s*\[(?<capabilities>[^\]]*)\]\s*\}/g;

/** Throws for a text that is more than rules and comments. */
export function policyOf(hcl: string): readonly Rule[] {
  const text = hcl.replace(/^\s*#.*$/gm, '');
  const rest = text.replace(RULE, '').trim();
  if (rest !== '') throw new Error(`this is no policy: ${rest}`);
  return [...text.matchAll(RULE)].map(({ groups }) => ({
    path: groups?.['path'] ?? '',
    capabilities: [...(groups?.['capabilities'] ?? '').matchAll(/"(\w+)"/g)].map(
      ([, one]) => one as Capability,
    ),
  }));
}

/** What the rules allow at a path: an exact one counts alone, then those with `+`, then the longest with `*` at its end. */
export function capabilitiesAt(rules: readonly Rule[], path: string): ReadonlySet<Capability> {
  const matching = rules.filter((rule) => matches(rule.path, path));
  const best = Math.max(...matching.map((rule) => precision(rule.path)));
  const all = matching.filter((rule) => precision(rule.path) === best).flatMap((rule) => rule.capabilities);
  return new Set(all.includes('deny') ? [] : all);
}

/** Is anything allowed below a mount? Then its owner may know what the mount is. */
export const reaches = (rules: readonly Rule[], mount: string): boolean =>
  rules.some(({ path, capabilities }) => path.startsWith(`${mount}/`) && !capabilities.includes('deny'));

function matches(pattern: string, path: string): boolean {
  const isPrefix = pattern.endsWith('*');
  const source = (isPrefix ? pattern.slice(0, -1) : pattern)
    .split('+')
    .map((text) => text.replace(/[.*?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]+');
  return new RegExp(`^${source}${isPrefix ? '' : '$'}`).test(path);
}

const precision = (pattern: string): number =>
  (pattern.includes('*') ? 0 : 2_000) + (pattern.includes('+') ? 0 : 1_000) + pattern.length;

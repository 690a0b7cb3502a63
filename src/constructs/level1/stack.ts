/**
 * What a stack with resources of Keywright needs, once: a provider block, unless one is declared, and the
 * checks that documents go through, so that an app with a mistake is not synthesized at all.
 */
import { Aspects, type TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { PROVIDER_NAME } from '../../domain/kinds/resource.js';
import { stackProblems } from '../validation.js';
import { KeywrightProvider } from './provider.js';

const equipped = new WeakSet<TerraformStack>();

export function equip(stack: TerraformStack): void {
  if (equipped.has(stack)) return;
  equipped.add(stack);
  // By an aspect: when it is visited, everything that the app declares is there.
  Aspects.of(stack).add({ visit: (node) => ensureProvider(stack, node) });
  stack.node.addValidation({ validate: () => [...stackProblems(stack)] });
}

function ensureProvider(stack: TerraformStack, node: IConstruct): void {
  if (node !== stack) return;
  const isDeclared = stack.allProviders().some((one) => one.terraformResourceType === PROVIDER_NAME);
  if (!isDeclared) new KeywrightProvider(stack, 'keywright-provider');
}

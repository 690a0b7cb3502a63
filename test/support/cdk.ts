/** Stacks of constructs in tests: what an app declares, as it is synthesized. */
import { type App, TerraformStack, Testing } from 'cdktf';

process.env['CHECKPOINT_DISABLE'] = '1';
process.env['DISABLE_VERSION_CHECK'] = '1';

type Declare = (stack: TerraformStack) => void;

/** The text of the stack that `declare` fills, without checks and policies. */
export function synthesized(declare: Declare): string {
  const stack = new TerraformStack(Testing.app(), 'platform');
  declare(stack);
  return Testing.synth(stack);
}

/** The attributes of every resource, by their address: `keywright_environment.prod`. */
export function resourcesOf(text: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const { resource } = JSON.parse(text) as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  };
  return Object.fromEntries(
    Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, attributes]) => [`${type}.${name}`, attributes]),
    ),
  );
}

/** What an app says against what `declare` declares; empty when it is synthesized. */
export function refusalOf(declare: (stack: TerraformStack, app: App) => void): string {
  const app = Testing.app();
  const stack = new TerraformStack(app, 'platform');
  declare(stack, app);
  try {
    app.synth();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

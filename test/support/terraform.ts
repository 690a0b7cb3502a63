/** The real Terraform over a synthesized stack, with providers that stand in (stand-in/). */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { testsWith } from './parts.js';

const SOURCES = { keywright: 'keywright/keywright', null: 'hashicorp/null' };

/** `test` where there is a Terraform. */
export const testWithTerraform = testsWith(
  'Terraform',
  spawnSync('terraform', ['version']).status === 0,
).test;

export interface Validated {
  readonly valid: boolean;
  readonly diagnostics: readonly { readonly summary: string; readonly detail: string }[];
}

export class Terraform {
  readonly #folder = mkdtempSync(join(tmpdir(), 'terraform-'));
  readonly #providers: ChildProcess[] = [];
  #env: NodeJS.ProcessEnv = {};

  /** Starts the providers; they end with `close`. */
  async open(): Promise<void> {
    const outfile = join(this.#folder, 'provider.cjs');
    await build({
      entryPoints: [join(__dirname, 'stand-in/provider.ts')],
      ...{ outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
    });
    const attached = await Promise.all(
      Object.entries(SOURCES).map(async ([name, source]) => {
        const socket = join(this.#folder, `${name}.sock`);
        const child = spawn(process.execPath, [outfile, socket, name], {
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        this.#providers.push(child);
        const [said] = await once(child.stdout, 'data');
        if (String(said) !== 'ready\n') throw new Error(`the stand-in of ${name} says ${said}`);
        const address = { Network: 'unix', String: socket };
        const attach = { Protocol: 'grpc', ProtocolVersion: 6, Pid: child.pid, Test: true, Addr: address };
        return [`registry.terraform.io/${source}`, attach];
      }),
    );
    const config = join(this.#folder, 'terraform.rc');
    writeFileSync(config, '');
    this.#env = {
      ...process.env,
      TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(attached)),
      TF_CLI_CONFIG_FILE: config,
      CHECKPOINT_DISABLE: '1',
    };
  }

  /** What `terraform validate` says about a stack in JSON. */
  async validate(stack: string): Promise<Validated> {
    const folder = mkdtempSync(join(this.#folder, 'stack-'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'cdk.tf.json'), stack);
    const initialized = await this.#run(folder, ['init', '-input=false', '-no-color', '-backend=false']);
    if (initialized.code !== 0) throw new Error(initialized.text);
    const { text } = await this.#run(folder, ['validate', '-json']);
    return JSON.parse(text) as Validated;
  }

  close(): void {
    for (const child of this.#providers) child.stdin?.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(
    folder: string,
    args: readonly string[],
  ): Promise<{ readonly code: number | null; readonly text: string }> {
    return new Promise((done) => {
      const child = execFile('terraform', args, { cwd: folder, env: this.#env }, (_error, stdout, stderr) =>
        done({ code: child.exitCode, text: stdout === '' ? stderr : stdout }),
      );
    });
  }
}

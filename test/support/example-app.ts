/** examples/express as its users run it, in a workspace, with this package and express installed. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from './workspace.js';

const ROOT = join(__dirname, '../..');

export interface ExampleApp {
  readonly url: string;
  readonly process: ChildProcess;
  /** With SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

/** Its dependencies are where npm would have put them. */
export function installExample(workspace: Workspace): string {
  const folder = join(workspace.folder, 'app');
  cpSync(join(ROOT, 'examples/express'), folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(ROOT, join(modules, 'keywright'));
  symlinkSync(join(ROOT, 'node_modules/express'), join(modules, 'express'));
  return folder;
}

export async function startExample(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<ExampleApp> {
  const child = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      const found = /listening on (\S+)/.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    });
    void exited.then(([code]) => reject(new Error(`the example ended with ${code}`)));
  });
  return {
    url,
    process: child,
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}

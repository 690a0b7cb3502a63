/**
 * A working folder of its own with the real, built command run in it as a user would. Everything the
 * command prints is kept, and at the end every byte is searched for every secret that was ever issued.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { TOKEN_PATTERN } from '../../src/domain/secret.js';
import { type Ended, runHosted, stopHosts } from './command-hosts.js';

export const COMMAND = join(__dirname, '../../dist/keywright.js');

export type { Ended };

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A process of its own, where the start or the end of one is what is tested. */
  readonly process?: 'own';
}

// None where this is loaded outside jest.
if (typeof afterAll === 'function') afterAll(stopHosts);

/** The beginning of a project: `spec` is added to its spec, in YAML flow style. */
export const projectYaml = (spec = '{}'): string =>
  `apiVersion: keywright.dev/v1\nkind: Project\nmetadata: { name: acme }\nspec: ${spec}\n`;

export const serviceYaml = (name: string): string =>
  `apiVersion: keywright.dev/v1\nkind: Service\nmetadata: { name: ${name} }\nspec: {}\n`;

/** A key of service `billing` in development; `spec` is more of its spec, in YAML flow style. */
export const keyYaml = (name: string, spec = ''): string =>
  `apiVersion: keywright.dev/v1\nkind: ApiKey\nmetadata: { name: ${name} }\n` +
  `spec: { environment: development, owner: { service: billing }${spec === '' ? '' : `, ${spec}`} }\n`;

export const inDotenv = (path: string, variable: string): string =>
  `deliver: [{ dotenv: { path: ${path}, variable: ${variable} } }]`;

export const yamlStream = (...documents: readonly string[]): string => documents.join('---\n');

export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  readonly #printed: string[] = [];
  /** Every secret seen so far: in sinks, and in the output of `claim`, which shows them by design. */
  readonly #seen = new Set<string>();

  constructor() {
    if (!existsSync(COMMAND)) throw new Error('the command is not built: npm run build');
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  remove(file: string): void {
    rmSync(join(this.folder, file), { recursive: true, force: true });
  }

  exists(file: string): boolean {
    return existsSync(join(this.folder, file));
  }

  /** Runs `keywright ARGS` to its end, in a process that other commands have run in before, unless it asks for its own. */
  run(args: string, options: RunOptions = {}): Promise<Ended> {
    return this.runWith(args.split(' '), options);
  }

  /** The same with arguments that have spaces in them. */
  async runWith(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const { input = '', env = {} } = options;
    // Node itself reads these at its start.
    const isForNode = Object.keys(env).some((name) => name.startsWith('NODE_'));
    if (options.process === 'own' || isForNode)
      return this.#run(process.execPath, [COMMAND, ...words], options);
    const ended = await runHosted(COMMAND, {
      args: words,
      env: { ...cleanEnvironment(), ...env },
      cwd: this.folder,
      input,
    });
    this.#keep(ended, words[0] === 'claim');
    return ended;
  }

  /** Runs a shell script of this folder that calls `keywright` by its name. */
  script(file: string): Promise<Ended> {
    const programs = join(this.folder, 'bin');
    mkdirSync(programs, { recursive: true });
    const program = `#!/bin/sh\nexec ${process.execPath} ${COMMAND} "$@"\n`;
    writeFileSync(join(programs, 'keywright'), program, { mode: 0o755 });
    return this.#run('sh', [file], { env: { PATH: `${programs}:${process.env['PATH']}` } });
  }

  #run(program: string, args: readonly string[], { input = '', env = {} }: RunOptions): Promise<Ended> {
    return new Promise((resolve) => {
      const child = execFile(
        program,
        args,
        { cwd: this.folder, env: { ...cleanEnvironment(), ...env }, maxBuffer: 1 << 28 },
        (_error, stdout, stderr) => {
          const ended = { code: child.exitCode, stdout, stderr };
          this.#keep(ended, args[1] === 'claim');
          resolve(ended);
        },
      );
      child.stdin?.end(input);
    });
  }

  #keep({ stdout, stderr }: Ended, isShowing: boolean): void {
    this.#printed.push(stderr);
    if (isShowing) for (const token of tokensIn(stdout)) this.#seen.add(token);
    else this.#printed.push(stdout);
    this.#lookAtSinks();
  }

  /** Starts `keywright ARGS` and leaves it running, in a process group of its own. */
  start(args: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn(process.execPath, [COMMAND, ...args.split(' ')], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#printed.push(chunk.toString('utf8')));
    }
    return child;
  }

  /** Runs `keywright ARGS --output json` and parses what it printed. */
  async json<T>(args: string, options?: RunOptions): Promise<T> {
    const { stdout, stderr } = await this.run(`${args} --output json`, options);
    try {
      return JSON.parse(stdout) as T;
    } catch {
      throw new Error(`no JSON from ${args}: ${stdout}${stderr}`);
    }
  }

  /** The value of a variable in a dotenv file. */
  variable(file: string, name: string): string {
    return new RegExp(`^${name}=(.*)$`, 'm').exec(this.read(file))?.[1] ?? '';
  }

  /** The files below `secrets`, relative to the working folder. */
  sinkFiles(): readonly string[] {
    return existsSync(this.#sinks) ? filesBelow(this.#sinks).map((file) => relative(this.folder, file)) : [];
  }

  /** Every token that the files below `secrets` hold now; an apply may be replacing them meanwhile. */
  delivered(): readonly string[] {
    return this.sinkFiles().flatMap((file) => tokensIn(textWhileThere(join(this.folder, file))));
  }

  /** Has `leaks` look for a secret that a sink outside this folder holds. */
  see(token: string): void {
    this.#seen.add(token);
  }

  /** Places outside the sinks that hold a secret that was ever seen, or anything that looks like one. */
  leaks(): readonly string[] {
    this.#lookAtSinks();
    const secretParts = [...this.#seen]
      .filter((token) => !isPublic(token))
      .map((token) => token.slice(21, 64));
    const elsewhere = filesBelow(this.folder).filter((file) => !file.startsWith(this.#sinks));
    const places = [
      ...elsewhere.map((file) => ({ place: file, text: textWhileThere(file) })),
      { place: 'output', text: this.#printed.join('') },
    ];
    return places
      .filter(
        ({ text }) =>
          secretParts.some((part) => text.includes(part)) || tokensIn(text).some((token) => !isPublic(token)),
      )
      .map(({ place }) => place);
  }

  get #sinks(): string {
    return join(this.folder, 'secrets');
  }

  #lookAtSinks(): void {
    for (const token of this.delivered()) this.#seen.add(token);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KEYWRIGHT_|FORCE_COLOR|NO_COLOR)/.test(name)),
  );

/** Publishable keys are kept and shown in clear. */
const isPublic = (token: string): boolean => token.startsWith('pk_');

const tokensIn = (text: string): readonly string[] => text.match(new RegExp(TOKEN_PATTERN, 'g')) ?? [];

/** The bytes of a listed file as text; none if it was deleted since, as the temporary file of an atomic write does. */
function textWhileThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    // Not by `instanceof`: what node itself throws is no `Error` of the world that jest runs tests in.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

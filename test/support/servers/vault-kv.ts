/** A KV engine as its API documents it: versions, check-and-set, deletion and destruction of versions, `max_versions`. */

export type Data = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

interface Version {
  data: Data | undefined;
  deletedAt: string;
  destroyed: boolean;
}

interface Secret {
  current: number;
  readonly versions: Map<number, Version>;
  casRequired: boolean;
  maxVersions: number;
}

export interface Written {
  readonly path: string;
  readonly version: number;
  readonly data: Data;
}

export interface KvOptions {
  readonly version: 1 | 2;
  readonly casRequired?: boolean;
  readonly maxVersions?: number;
}

const errors = (status: number, ...texts: readonly string[]): Answer => ({ status, body: { errors: texts } });
const EPOCH = '2027-01-01T00:00:00.000Z';

export class KvEngine {
  readonly options: KvOptions;
  readonly secrets = new Map<string, Secret>();
  /** Everything that was ever written, in order; also what `max_versions` has removed since. */
  readonly history: Written[] = [];
  readonly #plain = new Map<string, Data>();

  constructor(options: KvOptions) {
    this.options = options;
  }

  /** Decides between the capabilities `create` and `update`. */
  exists(path: string): boolean {
    return this.options.version === 1
      ? this.#plain.has(path)
      : this.secrets.has(path.slice(path.indexOf('/') + 1)) || !path.startsWith('data/');
  }

  /** `path` is below the mount, `query` that of the address. */
  answer(method: string, path: string, body: Data, query: URLSearchParams): Answer {
    if (this.options.version === 1) return this.#plainAnswer(method, path, body);
    const [verb = '', ...rest] = path.split('/');
    const at = rest.join('/');
    const asked = `${method === 'PUT' ? 'POST' : method} ${verb}`;
    if (asked === 'GET data') return this.#read(at, Number(query.get('version') ?? 0));
    if (asked === 'POST data') return this.#write(at, body);
    if (asked === 'DELETE data') return this.#mark(at, [this.secrets.get(at)?.current ?? 0], 'delete');
    if (asked === 'POST delete' || asked === 'POST undelete' || asked === 'POST destroy')
      return this.#mark(at, body['versions'], verb as 'delete' | 'undelete' | 'destroy');
    if (asked === 'DELETE metadata') {
      this.secrets.delete(at);
      return { status: 204 };
    }
    if (asked === 'POST metadata') return this.#configure(at, body);
    if (asked === 'GET metadata') return this.#metadata(at);
    if (asked === 'LIST metadata') return this.#list(at);
    return errors(405, 'unsupported operation');
  }

  #plainAnswer(method: string, path: string, body: Data): Answer {
    if (method === 'POST' || method === 'PUT') this.#plain.set(path, body);
    else if (method === 'DELETE') this.#plain.delete(path);
    else {
      const data = this.#plain.get(path);
      return data ? { status: 200, body: { data, lease_duration: 2_764_800 } } : errors(404);
    }
    return { status: 204 };
  }

  #read(path: string, asked: number): Answer {
    const secret = this.secrets.get(path);
    const number = asked || (secret?.current ?? 0);
    const version = secret?.versions.get(number);
    if (version === undefined) return errors(404);
    const { data, deletedAt, destroyed } = version;
    const isGone = destroyed || deletedAt !== '';
    const metadata = { version: number, created_time: EPOCH, deletion_time: deletedAt, destroyed };
    return {
      status: isGone ? 404 : 200,
      body: { data: { data: isGone ? null : data, metadata: { ...metadata, custom_metadata: null } } },
    };
  }

  #write(path: string, { data, options = {} }: Data): Answer {
    if (typeof data !== 'object' || data === null) return errors(400, 'no data provided');
    const secret = this.secrets.get(path) ?? this.#newSecret();
    const { cas } = options as { cas?: unknown };
    if (cas !== undefined) {
      if (!Number.isInteger(cas)) return errors(400, 'error parsing check-and-set parameter');
      if (cas !== secret.current)
        return errors(400, 'check-and-set parameter did not match the current version');
    } else if (secret.casRequired || this.options.casRequired)
      return errors(400, 'check-and-set parameter required for this call');
    secret.current += 1;
    secret.versions.set(secret.current, { data: data as Data, deletedAt: '', destroyed: false });
    this.secrets.set(path, secret);
    this.history.push({ path, version: secret.current, data: data as Data });
    const max = secret.maxVersions || this.options.maxVersions || 10;
    for (const number of secret.versions.keys())
      if (number <= secret.current - max) secret.versions.delete(number);
    const made = { version: secret.current, created_time: EPOCH, deletion_time: '', destroyed: false };
    return { status: 200, body: { data: { ...made, custom_metadata: null } } };
  }

  #newSecret(): Secret {
    return { current: 0, versions: new Map(), casRequired: false, maxVersions: 0 };
  }

  #mark(path: string, versions: unknown, how: 'delete' | 'undelete' | 'destroy'): Answer {
    if (!Array.isArray(versions) || versions.length === 0) return errors(400, 'No version number provided');
    for (const number of versions) {
      const version = this.secrets.get(path)?.versions.get(Number(number));
      if (version === undefined || version.destroyed) continue;
      if (how === 'delete') version.deletedAt ||= EPOCH;
      if (how === 'undelete') version.deletedAt = '';
      if (how === 'destroy') Object.assign(version, { data: undefined, destroyed: true });
    }
    return { status: 204 };
  }

  #configure(path: string, body: Data): Answer {
    const secret = this.secrets.get(path) ?? this.#newSecret();
    secret.casRequired = body['cas_required'] === true;
    secret.maxVersions = Number(body['max_versions'] ?? 0);
    this.secrets.set(path, secret);
    return { status: 204 };
  }

  #metadata(path: string): Answer {
    const secret = this.secrets.get(path);
    if (secret === undefined) return errors(404);
    const versions = Object.fromEntries(
      [...secret.versions].map(([number, { deletedAt, destroyed }]) => [
        number,
        { created_time: EPOCH, deletion_time: deletedAt, destroyed },
      ]),
    );
    const settings = { cas_required: secret.casRequired, max_versions: secret.maxVersions };
    return { status: 200, body: { data: { current_version: secret.current, versions, ...settings } } };
  }

  #list(folder: string): Answer {
    const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
    const below = [...this.secrets.keys()].filter((path) => path.startsWith(prefix));
    const keys = [...new Set(below.map((path) => path.slice(prefix.length).replace(/\/.*/, '/')))];
    return keys.length === 0 ? errors(404) : { status: 200, body: { data: { keys } } };
  }
}

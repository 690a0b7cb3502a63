/**
 * The official client of Flatfile's API against a Keywright server, over real HTTP. The client takes whatever it is
 * answered, so what was answered is parsed again, strictly, with the client's own schemas.
 */
import { FlatfileClient as Unmodified } from '@flatfile/api';
import { FlatfileClient } from '@flatfile/api/Client.js';
import * as core from '@flatfile/api/core/index.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';

export { Flatfile, FlatfileError } from '@flatfile/api';
export * as shapes from '@flatfile/api/serialization/index.js';

/** `exactly`: with no field more than the client knows. `with more`: fields of Keywright's beside them. */
export type Strictness = 'exactly' | 'with more';

interface Parses<T> {
  parse(
    raw: unknown,
    options?: object,
  ): { ok: true; value: T } | { ok: false; errors: readonly object[] } | Promise<unknown>;
}

export interface Conversation {
  readonly server: TestServer;
  /** As the root token's holder. */
  readonly api: FlatfileClient;
  as(token: string | undefined): FlatfileClient;
  /** As people use it: the wrapper, which has a place and a token and nothing else. */
  unmodified(token?: string): Unmodified;
  /** What was answered last has this shape; gives it as the client reads it. */
  answered<T>(shape: Parses<T>, strictness: Strictness): Promise<T>;
  /** As it came. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was answered.
  raw(): any;
}

/** For each test; after it, no warning of the client's was printed. */
export function flatfilePlace() {
  const place = httpPlace();
  let warnings: jest.SpyInstance;
  beforeEach(() => {
    warnings = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });
  afterEach(() => {
    const complaints = warnings.mock.calls.map(([text]) => String(text));
    warnings.mockRestore();
    expect(complaints.filter((text) => text.startsWith('Failed to validate'))).toEqual([]);
  });
  return { ...place, talk: async (): Promise<Conversation> => talkTo(await place.start()) };
}

function talkTo(server: TestServer): Conversation {
  let last: unknown;
  const fetcher: core.FetchFunction = async (asked) => {
    const response = await core.fetcher<never>(asked);
    last = response.ok ? response.body : 'body' in response.error ? response.error.body : undefined;
    return response;
  };
  const baseUrl = `${server.url}/v1`;
  // As an unset variable is: the client asks for a token, and sends none.
  const as = (token: string | undefined) => new FlatfileClient({ baseUrl, token: () => token, fetcher });
  return {
    server,
    api: as(ROOT),
    as,
    unmodified: (token = ROOT) => new Unmodified({ environment: baseUrl, token }),
    answered: async (shape, strictness) => {
      const unrecognizedObjectKeys = strictness === 'exactly' ? 'fail' : 'strip';
      const parsed = await shape.parse(last, { unrecognizedObjectKeys });
      const { ok, value, errors } = parsed as { ok: boolean; value: never; errors: unknown };
      if (!ok) throw new Error(`${JSON.stringify(errors)} in ${JSON.stringify(last)}`);
      return value;
    },
    raw: () => last,
  };
}

/** One attempt, for what is refused: the client tries three times else. */
export const ONCE = { maxRetries: 0 } as const;

/**
 * The routes of one resource: listed, created, shown, updated and removed, and what else is asked of one. Path, tag,
 * permission, answer and the steps around the effect are said once; a verb says what is its own.
 */
import type { Static, TObject, TSchema } from 'typebox';
import type { Result } from '../domain/result.js';
import type { Scope } from './access.js';
import type { HttpDependencies } from './dependencies.js';
import { refreshVerifier } from './key-verification.js';
import { done, Success } from './live-objects.js';
import { type Answered, type Call, type Definition, type Route, respond, route } from './route.js';
import { dataOf } from './schemas.js';

type Awaitable<T> = T | Promise<T>;
type Nothing = TObject<Record<never, never>>;
type CallOf<P extends TObject, Q extends TObject = Nothing, B extends TSchema = TSchema> = Call<
  Static<P>,
  Static<Q>,
  Static<B>
>;

export interface Resource<T, P extends TObject, I extends TSchema> {
  /** Of all of them: `/spaces`. One is below, by the parameter `id`. */
  readonly path: string;
  readonly tag: string;
  /** What reading and writing needs; absent: any authenticated caller. */
  readonly read?: string;
  readonly write?: string;
  /** Where these have to hold; writing as reading, if it is not said. */
  readonly scope?: Scope;
  readonly writeScope?: Scope;
  readonly params: P;
  readonly item: I;
  /** What keys may do follows from it: a change is in force here before it is answered. */
  readonly decidesAccess?: true;
  /** `not_found` also for one that the caller may not see. */
  find(call: CallOf<P>, deps: HttpDependencies): Promise<Result<T>>;
  show(found: T, deps: HttpDependencies): Awaitable<Result<Static<I>>>;
}

/** What a verb says of itself; any of it goes before what the resource says. */
type Verb<P extends TObject, Q extends TObject, B extends TSchema> = Partial<
  Omit<Definition<P, Q, B>, 'handle' | 'id' | 'summary' | 'body'>
> &
  Pick<Definition<P, Q, B>, 'id' | 'summary'>;

type WithBody<B extends TSchema> = { readonly body: B };

export const resource = <T, P extends TObject, I extends TSchema>(
  about: Resource<T, P, I>,
): ResourceRoutes<T, P, I> => new ResourceRoutes(about);

class ResourceRoutes<T, P extends TObject, I extends TSchema> {
  readonly #about: Resource<T, P, I>;
  readonly #reading: Needs;
  readonly #writing: Needs;
  readonly #one: string;

  constructor(about: Resource<T, P, I>) {
    const { path, tag, read, write, scope, writeScope = scope } = about;
    this.#about = about;
    this.#reading = { tag, ...needs(read, scope) };
    this.#writing = { tag, ...needs(write, writeScope) };
    this.#one = `${path}/{id}`;
  }

  /** The answer is what `page` gives: `{data, …}`. */
  list<Q extends TObject = Nothing>(
    verb: Verb<Nothing, Q, TSchema> &
      Pick<Definition<Nothing, Q, TSchema>, 'answer'> & {
        page(call: CallOf<Nothing, Q>, deps: HttpDependencies): Awaitable<Result<object>>;
      },
  ): Route {
    const { page, ...rest } = verb;
    return route<Nothing, Q>({
      ...{ method: 'GET', path: this.#about.path, ...this.#reading, ...rest },
      handle: async (call, deps) => respond(await page(call, deps), (body) => body),
    });
  }

  get(verb: Verb<P, Nothing, TSchema>): Route {
    const { params, item, find } = this.#about;
    const answer = { params, answer: dataOf(item), faults: ['not_found'] as const };
    return route<P, Nothing>({
      ...{ method: 'GET', path: this.#one, ...this.#reading, ...answer, ...verb },
      handle: async (call, deps) => {
        const found = await find(call, deps);
        return found.ok ? this.#shown(found.value, deps) : found;
      },
    });
  }

  /** Answers with what `create` gives, as it is shown. */
  create<B extends TSchema>(
    verb: Verb<Nothing, Nothing, B> &
      WithBody<B> & {
        create(call: CallOf<Nothing, Nothing, B>, deps: HttpDependencies): Promise<Result<T>>;
      },
  ): Route {
    const { create, ...rest } = verb;
    const { path, item } = this.#about;
    return route<Nothing, Nothing, B>({
      ...{ method: 'POST', path, ...this.#writing },
      ...{ nulls: 'absent', creates: true, answer: dataOf(item), ...rest },
      handle: async (call, deps) => {
        const created = await this.#inForce(await create(call, deps), deps);
        return created.ok ? this.#shown(created.value, deps) : created;
      },
    });
  }

  /** Finds it, changes it, and answers with it as it is then: what `after` gives, or found by the same address. */
  update<B extends TSchema, R>(
    verb: Verb<P, Nothing, B> &
      WithBody<B> & {
        update(call: CallOf<P, Nothing, B>, found: T, deps: HttpDependencies): Promise<Result<R>>;
        after?(changed: R, deps: HttpDependencies): Promise<Result<T>>;
        /** What is answered of one as it is shown; `{data}` if it is not said. */
        answers?(item: Static<I>): object;
      },
  ): Route {
    const { update, after, answers, ...rest } = verb;
    const { params, item, find } = this.#about;
    return route<P, Nothing, B>({
      ...{ method: 'PATCH', path: this.#one, ...this.#writing },
      ...{ params, nulls: 'absent', answer: dataOf(item), ...rest },
      handle: async (call, deps) => {
        const found = await find(call, deps);
        if (!found.ok) return found;
        const changed = await this.#inForce(await update(call, found.value, deps), deps);
        if (!changed.ok) return changed;
        const now = await (after === undefined ? find(call, deps) : after(changed.value, deps));
        return now.ok ? this.#shown(now.value, deps, answers) : now;
      },
    });
  }

  /** Finds it, and answers that it is done. */
  remove<Q extends TObject = Nothing>(verb: Verb<P, Q, TSchema> & Effect<T, P, Q>): Route {
    return this.#acting<Q>({ method: 'DELETE', path: this.#one, ...verb });
  }

  /** `POST …/{id}/{name}`, the same. */
  action<Q extends TObject = Nothing>(name: string, verb: Verb<P, Q, TSchema> & Effect<T, P, Q>): Route {
    return this.#acting<Q>({ method: 'POST', path: `${this.#one}/${name}`, ...verb });
  }

  #acting<Q extends TObject>({
    run,
    ...rest
  }: Verb<P, Q, TSchema> & Pick<Definition<P, Q, TSchema>, 'method' | 'path'> & Effect<T, P, Q>): Route {
    const { params, find } = this.#about;
    return route<P, Q>({
      ...{ ...this.#writing, params, answer: Success, faults: ['not_found'], ...rest },
      handle: async (call, deps) => {
        const found = await find(call, deps);
        return done(found.ok ? await this.#inForce(await run(call, found.value, deps), deps) : found);
      },
    });
  }

  async #shown(
    found: T,
    deps: HttpDependencies,
    answers: (item: Static<I>) => object = (data) => ({ data }),
  ): Promise<Answered> {
    return respond(await this.#about.show(found, deps), answers);
  }

  async #inForce<R>(result: Result<R>, deps: HttpDependencies): Promise<Result<R>> {
    const known = result.ok && this.#about.decidesAccess ? await refreshVerifier(deps) : result;
    return known.ok ? result : known;
  }
}

interface Effect<T, P extends TObject, Q extends TObject> {
  run(call: CallOf<P, Q>, found: T, deps: HttpDependencies): Promise<Result<unknown>>;
}

type Needs = Pick<Definition<Nothing, Nothing, TSchema>, 'tag' | 'permission' | 'scope'>;

const needs = (permission: string | undefined, scope: Scope | undefined) => ({
  ...(permission !== undefined && { permission }),
  ...(scope !== undefined && { scope }),
});

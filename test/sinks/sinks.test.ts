/** Delivering into files: compare-and-set, atomic, private, and right under concurrency. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import { parseToken } from '../../src/domain/secret.js';
import {
  delivery,
  dotenv,
  fingerprint,
  instead,
  jsonFile,
  newToken,
  rawFile,
  type Workplace,
  workplace,
} from '../support/apply-folder.js';

let place: Workplace;
beforeEach(() => {
  place = workplace();
});
afterEach(() => place.remove());

describe.each([
  ['raw file', rawFile('secrets/key')],
  ['JSON file', jsonFile('secrets/key')],
  ['dotenv variable', dotenv('secrets/key')],
])('a %s', (_, sink) => {
  const id = sinkIdOf(sink);

  test('holds what was delivered, with a receipt that names the version', async () => {
    const token = newToken();
    expect(await place.sinks.read([id])).toEqual([{ kind: 'missing' }]);

    expect(await place.sinks.deliver(sink, delivery(token))).toMatchObject({ ok: true });

    expect(await place.sinks.read([id])).toEqual([
      { kind: 'holds', fingerprint: fingerprint(token), tokenId: parseToken(token.reveal())?.id },
    ]);
    expect(await place.sinks.confirm(id, { fingerprint: fingerprint(token) })).toMatchObject({ ok: true });
  });

  test('gives its secret back as a proof of possession, and nothing without a secret', async () => {
    const token = newToken();
    expect(await place.sinks.take(id)).toBeUndefined();
    await place.sinks.deliver(sink, delivery(token));

    expect((await place.sinks.take(id))?.reveal()).toBe(token.reveal());
  });

  test('is written for the owner only, in folders for the owner only', async () => {
    await place.sinks.deliver(sink, delivery(newToken()));

    expect(place.mode('secrets/key')).toBe(0o600);
    expect(place.mode('secrets')).toBe(0o700);
  });

  test('goes forward from an expected version and never back', async () => {
    const [old, current, next] = [newToken(), newToken(), newToken()];
    await place.sinks.deliver(sink, delivery(current));

    const stale = await place.sinks.deliver(sink, delivery(old, { expected: instead(old) }));
    expect(stale).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
    expect(await place.sinks.confirm(id, { fingerprint: fingerprint(current) })).toMatchObject({ ok: true });

    expect(await place.sinks.deliver(sink, delivery(next, { expected: instead(current) }))).toMatchObject({
      ok: true,
    });
    expect(await place.sinks.confirm(id, { fingerprint: fingerprint(next) })).toMatchObject({ ok: true });
    expect(await place.sinks.confirm(id, { fingerprint: fingerprint(current) })).toMatchObject({
      ok: false,
      error: { code: 'sink_moved' },
    });
  });

  test('is not written where nothing is, unless that was expected', async () => {
    const result = await place.sinks.deliver(sink, delivery(newToken(), { expected: instead(newToken()) }));

    expect(result).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
    expect(await place.sinks.read([id])).toEqual([{ kind: 'missing' }]);
  });

  test('is left untouched by the same delivery again', async () => {
    const token = newToken();
    await place.sinks.deliver(sink, delivery(token));
    const before = place.text('secrets/key');

    const again = delivery(token, { expected: { mayBeMissing: false, fingerprints: [] } });
    expect(await place.sinks.deliver(sink, again)).toMatchObject({ ok: true });

    expect(place.text('secrets/key')).toBe(before);
  });

  test('becomes private when it was readable for others, even if it holds the secret already', async () => {
    const token = newToken();
    await place.sinks.deliver(sink, delivery(token));
    const text = place.text('secrets/key');
    place.remove();
    mkdirSync(place.path('secrets'), { recursive: true });
    place.write('secrets/key', text, 0o644);
    expect(place.mode('secrets/key')).toBe(0o644);

    await place.sinks.deliver(sink, delivery(token));

    expect(place.mode('secrets/key')).toBe(0o600);
    expect(await place.sinks.confirm(id, { fingerprint: fingerprint(token) })).toMatchObject({ ok: true });
  });

  test('counts as missing while it is empty', async () => {
    mkdirSync(place.path('secrets'), { recursive: true });
    place.write('secrets/key', '');

    expect(await place.sinks.read([id])).toEqual([{ kind: 'missing' }]);
    expect(await place.sinks.deliver(sink, delivery(newToken()))).toMatchObject({ ok: true });
  });

  test('of which a killed process left a temporary file is cleaned up by the next delivery', async () => {
    mkdirSync(place.path('secrets'), { recursive: true });
    place.write('secrets/.keywright-99999-7.tmp', 'half a secr');
    place.write('secrets/.keywright-notes.tmp', 'not ours');

    await place.sinks.deliver(sink, delivery(newToken()));

    expect(readdirSync(place.path('secrets')).sort()).toEqual(['.keywright-notes.tmp', 'key']);
  });
});

test('a raw file holds the token and nothing else; a JSON file says whose it is', async () => {
  const token = newToken();
  await place.sinks.deliver(rawFile('raw'), delivery(token));
  await place.sinks.deliver(jsonFile('key.json'), delivery(token, { generation: 3 }));

  expect(place.text('raw')).toBe(token.reveal());
  expect(JSON.parse(place.text('key.json'))).toEqual({
    key: token.reveal(),
    name: 'billing-prod',
    generation: 3,
  });
});

test.each(['{"password":"x"}', '{"key":1,"name":"a","generation":1}', '{ not json', 'null'])(
  'a JSON file that is not Keywright’s (%s) is foreign content and is kept',
  async (text) => {
    mkdirSync(place.root);
    place.write('key.json', text);

    const result = await place.sinks.deliver(jsonFile('key.json'), delivery(newToken()));

    expect(result).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
    expect(await place.sinks.read(['file:key.json#json'])).toMatchObject([
      { kind: 'holds', tokenId: undefined },
    ]);
    expect(place.text('key.json')).toBe(text);
  },
);

test('many keys delivered at once into one file are all there', async () => {
  const tokens = Array.from({ length: 300 }, newToken);
  mkdirSync(place.root);
  place.write('all.env', '# mine\nOTHER="kept"\n');

  const results = await Promise.all(
    tokens.map((token, i) => place.sinks.deliver(dotenv('all.env', `KEY_${i}`), delivery(token))),
  );

  expect(results.every((result) => result.ok)).toBe(true);
  const receipts = await place.sinks.read(tokens.map((_, i) => `dotenv:all.env#KEY_${i}`));
  expect(receipts).toMatchObject(tokens.map((token) => ({ fingerprint: fingerprint(token) })));
  expect(place.text('all.env').startsWith('# mine\nOTHER="kept"\n')).toBe(true);
});

test('of several writers that expect the same old version, exactly one gets through', async () => {
  const [old, ...rivals] = Array.from({ length: 9 }, newToken);
  if (old === undefined) throw new Error('no token');
  await place.sinks.deliver(rawFile('key'), delivery(old));

  const results = await Promise.all(
    rivals.map((token) => place.sinks.deliver(rawFile('./key'), delivery(token, { expected: instead(old) }))),
  );

  expect(results.filter((result) => result.ok)).toHaveLength(1);
  const winner = rivals[results.findIndex((result) => result.ok)];
  expect(place.text('key')).toBe(winner?.reveal());
});

test('a delivery that would overwrite what an editor saved meanwhile is stopped before the rename', async () => {
  mkdirSync(place.root);
  place.write('a.env', 'OTHER=1\n');
  const slow = workplace({
    root: place.root,
    exclusively: (work) => {
      const result = work();
      // The file has been read by now and is being written: an editor saves it at this moment.
      writeFileSync(place.path('a.env'), 'OTHER=2 and more\n');
      return result;
    },
  });

  const result = await slow.sinks.deliver(dotenv('a.env'), delivery(newToken()));

  expect(result).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  expect(readFileSync(place.path('a.env'), 'utf8')).toBe('OTHER=2 and more\n');
  expect(readdirSync(place.root)).toEqual(['a.env']);
  slow.remove();
});

test('no receipt, fault or message shows the secret', async () => {
  const [held, other] = [newToken(), newToken()];
  await place.sinks.deliver(rawFile('key'), delivery(held));

  const reported = JSON.stringify([
    await place.sinks.read(['file:key#raw', 'file:key#json']),
    await place.sinks.deliver(rawFile('key'), delivery(other)),
    await place.sinks.confirm('file:key#raw', { fingerprint: fingerprint(other) }),
  ]);

  for (const token of [held, other]) expect(reported).not.toContain(token.reveal().slice(21));
});

describe('a secret that is taken out', () => {
  test('leaves, with its note, and every other character stays', async () => {
    mkdirSync(place.root, { recursive: true });
    const before = 'A=1\r\n# mine\nKEY_2=x # y\n';
    place.write('b.env', before);
    const token = newToken();
    await place.sinks.deliver(dotenv('b.env'), delivery(token));
    await place.sinks.deliver(rawFile('whole'), delivery(token));
    for (const id of ['dotenv:b.env#KEY', 'file:whole#raw'])
      expect(await place.sinks.withdraw(id, fingerprint(token))).toMatchObject({ ok: true });
    expect(place.text('b.env')).toBe(before);
    expect(readdirSync(place.root)).toEqual(['b.env']);
  });

  test('stays when it is another one by then, and where none exists nothing is made', async () => {
    await place.sinks.deliver(rawFile('whole'), delivery(newToken()));
    const before = place.text('whole');
    for (const id of ['file:whole#raw', 'file:none#raw', 'dotenv:none.env#KEY'])
      expect(await place.sinks.withdraw(id, fingerprint(newToken()))).toMatchObject({ ok: true });
    expect(place.text('whole')).toBe(before);
    expect(readdirSync(place.root)).toEqual(['whole']);
  });
});

describe('where a sink is', () => {
  const at = (root: string, more: Partial<Parameters<typeof workplace>[0]> = {}) =>
    workplace({ root, machine: 'm1', ...more }).sinks;

  test('is the machine and the real path, whichever way leads there', () => {
    mkdirSync(place.path('real/secrets'), { recursive: true });
    symlinkSync(place.path('real'), place.path('linked'));
    const [real, linked] = [at(place.path('real')), at(place.path('linked'))];
    expect(linked.locate('file:secrets/a#raw')).toBe(`m1:${place.path('real/secrets/a')}`);
    expect(real.isHere('file:./secrets/a#raw', linked.locate('file:secrets/a#raw'))).toBe(true);
  });

  test('is another one in another folder, on another machine, and of another file', () => {
    const recorded = at(place.path('one')).locate('file:a#raw');
    expect(at(place.path('one')).isHere('file:a#raw', recorded)).toBe(true);
    expect(at(place.path('two')).isHere('file:a#raw', recorded)).toBe(false);
    expect(at(place.path('one'), { machine: 'm2' }).isHere('file:a#raw', recorded)).toBe(false);
    expect(at(place.path('one')).isHere('file:b#raw', recorded)).toBe(false);
  });

  test('is the same for two folders that share a root by its absolute path', () => {
    const roots = ['.', place.path('shared')];
    const id = `file:${place.path('shared/a')}#raw`;
    const recorded = at(place.path('one'), { roots }).locate(id);
    expect(at(place.path('two'), { roots }).isHere(id, recorded)).toBe(true);
  });
});

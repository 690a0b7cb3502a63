/**
 * The architecture, as rules that fail. Dependencies are held by dependency-cruiser (.dependency-cruiser.mjs
 * names each rule and why); the rest is searched for in the text of the sources.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VERSION } from '../src/domain/version.js';

const run = promisify(execFile);
const root = join(__dirname, '..');

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file: `src/${file}`, text: readFileSync(join(root, 'src', file), 'utf8') }));

interface Source {
  readonly file: string;
  readonly text: string;
}

/** Returns the lines of code, not of comments, that match. */
function matchesIn(searched: readonly Source[], pattern: RegExp): readonly string[] {
  return searched.flatMap(({ file, text }) =>
    text
      .split('\n')
      .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
      .filter(({ line }) => !/^\s*(\/\/|\*|\/\*)/.test(line) && pattern.test(line))
      .map(({ line, at }) => `${at} ${line.trim()}`),
  );
}

const linesMatching = (pattern: RegExp, allowed: RegExp): readonly string[] =>
  matchesIn(
    sources.filter(({ file }) => !allowed.test(file)),
    pattern,
  );

/** Returns the lines that reveal a secret outside the files listed, and the files listed that reveal none. */
function revealViolations(
  searched: readonly Source[],
  listed: ReadonlyMap<string, string>,
): readonly string[] {
  const revealing = /\.reveal\b/;
  const elsewhere = searched.filter(({ file }) => !listed.has(file));
  const revealsIn = (file: string): boolean =>
    matchesIn(
      searched.filter((one) => one.file === file),
      revealing,
    ).length > 0;
  const stale = [...listed.keys()].filter((file) => !revealsIn(file));
  return [...matchesIn(elsewhere, revealing), ...stale.map((file) => `${file} reveals no secret`)];
}

test('every import follows the arrows of the architecture', async () => {
  const cruise = await run(
    'npx',
    ['depcruise', 'src', '--config', '.dependency-cruiser.mjs', '--output-type', 'err'],
    {
      cwd: root,
    },
  ).catch((error: { stdout: string; stderr: string }) => error);
  expect(cruise.stdout + cruise.stderr).toMatch(/no dependency violations found/);
});

test('time is supplied by main only', () => {
  const ambient = /\bDate\.now\b|new Date\(\)|performance\.now|process\.hrtime|\bset(Timeout|Interval)\b/;
  expect(linesMatching(ambient, /^src\/(main|adapters)\//)).toEqual([]);
});

test('chance is supplied by main only', () => {
  expect(
    linesMatching(/Math\.random|randomBytes|randomUUID|getRandomValues|randomInt/, /^src\/(main|adapters)\//),
  ).toEqual([]);
});

test('only the terminal and the entry points print', () => {
  const entries = /^src\/(adapters\/terminal|main\/(keywright|quickstart|derive-entry))\.ts$/;
  expect(linesMatching(/\bconsole\.|process\.(stdout|stderr)/, entries)).toEqual([]);
});

/** The files that reveal a secret, and why each does. */
const REVEALING: ReadonlyMap<string, string> = new Map([
  ['src/adapters/argon2.ts', 'a password is hashed and compared'],
  ['src/adapters/reconciler-identity.ts', 'the key of this machine is kept in a file of its own'],
  ['src/adapters/remote-verification.ts', 'a service shows its own key to the server that it asks'],
  ['src/adapters/system.ts', 'libsodium seals and opens bytes'],
  ['src/cli/commands/claim.ts', 'a claim shows the secret once'],
  ['src/client/remote-store.ts', 'a token is checked by the server, and a proof is shown to it'],
  ['src/client/transport.ts', 'what a caller shows goes to the server that was named'],
  [
    'src/compat/flatfile/auth/api-keys.ts',
    'the answer that made a key shows it once; an administrator reveals an automatic one',
  ],
  ['src/compat/flatfile/guests/routes.ts', 'the answer that made a link shows it once'],
  ['src/compat/flatfile/guests/token.ts', 'the link that a guest was sent is answered for that guest'],
  ['src/compat/flatfile/invitations/exchange.ts', 'an invitation is exchanged for an access token'],
  ['src/compat/flatfile/secrets/routes.ts', "the value of a customer's secret is what was asked for"],
  ['src/compat/flatfile/spaces/create.ts', 'a new space is answered with an access token to it'],
  ['src/compat/flatfile/spaces/init.ts', 'the type of the key that was shown decides'],
  ['src/compat/flatfile/users/api-token.ts', 'the answer that made a token shows it once'],
  ['src/compat/flatfile/users/routes.ts', 'the answer that made an invitation shows its token once'],
  ['src/credential-store/identity/access-token.ts', 'the signature of an access token is checked'],
  ['src/credential-store/identity/authenticate.ts', 'what a caller shows is parsed and compared by its MAC'],
  ['src/credential-store/identity/guest-links.ts', 'the id in a link finds it'],
  ['src/credential-store/identity/invitations.ts', 'the id in an invitation finds it'],
  ['src/credential-store/identity/passwords.ts', 'a password is normalised and measured'],
  ['src/credential-store/identity/root-token.ts', 'the root token is measured'],
  ['src/credential-store/identity/served-store.ts', 'the type of a token decides who checks it'],
  ['src/credential-store/identity/signing-keys.ts', 'a signing key is made of its seed'],
  ['src/credential-store/issue.ts', 'a token is fingerprinted, and a publishable one is kept in clear'],
  ['src/credential-store/key-operations.ts', 'a token that proves a hand-over is parsed'],
  ['src/credential-store/keyring.ts', 'keys are wrapped, opened and used'],
  [
    'src/credential-store/outbox/messages.ts',
    'a message carries what its recipient signs in with, and is sealed',
  ],
  ['src/credential-store/restore.ts', 'two master keys are compared'],
  ['src/credential-store/verify.ts', 'a token is parsed before it is looked up'],
  ['src/http/access-token.ts', 'the answer to a sign-in has the access token'],
  ['src/http/fast-path.ts', 'what a caller shows goes to the verifier'],
  ['src/http/key-verification.ts', 'what a caller shows goes to the verifier'],
  ['src/http/pipeline.ts', 'a secret key that comes from a browser is refused by its type'],
  ['src/http/routes/guest-links/routes.ts', 'the answer that made a link shows it once'],
  ['src/http/routes/invitations/routes.ts', 'the answer that made an invitation shows its token once'],
  ['src/http/routes/keys/create.ts', 'the answer that made a key shows it once'],
  ['src/http/routes/personal-tokens/item.ts', 'the answer that made a token shows it once'],
  ['src/http/routes/store/effects.ts', 'a remote reconciler claims a secret'],
  ['src/outbox/console-transport.ts', 'a message without a transport is printed with its link'],
  ['src/outbox/smtp.ts', 'the password goes to the mail server'],
  ['src/outbox/templates.ts', 'a mail has the link to sign in with'],
  ['src/outbox/webhook.ts', 'a webhook is signed, and brings the token of its message'],
  ['src/sinks/age/age.ts', 'what is encrypted is the secret'],
  ['src/sinks/exec/values.ts', 'a driver is given the secret on its standard input'],
  ['src/sinks/files/file-sinks.ts', 'a delivery is what a secret is for'],
  ['src/sinks/aws/secrets-manager.ts', 'a delivery is what a secret is for'],
  ['src/sinks/aws/service.ts', 'a request is signed with the access key'],
  ['src/sinks/aws/web-identity.ts', 'the token of an identity provider goes to AWS'],
  ['src/sinks/github/api.ts', 'a request has the token of the connection'],
  ['src/sinks/github/seal.ts', 'a delivery is what a secret is for'],
  ['src/sinks/github/token.ts', "an App's private key signs"],
  ['src/sinks/http-agent.ts', "a connection's client certificate has a key"],
  ['src/sinks/http.ts', 'the credential of a connection goes to its own origin, in a header'],
  ['src/sinks/kubernetes/bearer.ts', 'a token is shown to the API server of its Connection'],
  ['src/sinks/kubernetes/secret-object.ts', 'a delivery is what a secret is for'],
  ['src/sinks/object-sinks.ts', 'what is to be held is measured and compared with what is'],
  ['src/sinks/vault/client.ts', 'an error text of the server is searched for the token before it is shown'],
  ['src/sinks/vault/content.ts', 'the fields of a secret are what is delivered'],
  ['src/sinks/vault/session.ts', 'a login presents a secret ID or a signed token'],
  ['src/storage/folder.ts', 'the master key is kept in a file of its own'],
  ['src/storage/postgres/address.ts', 'the address of a server is parsed'],
  ['src/storage/postgres/pool.ts', 'the address of a server goes to its driver'],
  ['src/verifier/credential-index.ts', 'the pepper keys the hash'],
  ['src/verifier/middleware.ts', 'what a caller shows goes to the verifier'],
  ['src/verifier/remote.ts', 'the pepper keys the hash under which an answer is kept'],
]);

test('a secret is revealed only where it leaves by design', () => {
  expect(revealViolations(sources, REVEALING)).toEqual([]);
});

test('the rule on revealed secrets fails when it is broken', () => {
  const listed = new Map([
    ['src/sinks/sinks.ts', 'a delivery'],
    ['src/sinks/gone.ts', 'a file that is no longer there'],
    ['src/sinks/commented.ts', 'a file that speaks of it alone'],
  ]);
  const searched = [
    { file: 'src/sinks/sinks.ts', text: 'const token = secret.reveal();' },
    { file: 'src/sinks/commented.ts', text: '// secret.reveal() is for the other file' },
    { file: 'src/sinks/receipts.ts', text: '/** Reads. */\nlog(secret?.reveal());' },
    { file: 'src/plan/plan.ts', text: 'tokens.map(Secret.prototype.reveal)' },
  ];
  expect(revealViolations(searched, listed)).toEqual([
    'src/sinks/receipts.ts:2 log(secret?.reveal());',
    'src/plan/plan.ts:1 tokens.map(Secret.prototype.reveal)',
    'src/sinks/gone.ts reveals no secret',
    'src/sinks/commented.ts reveals no secret',
  ]);
});

/** Returns the lines that end with a word and go on with another one, without a space between the two texts. */
function gluedWords({ file, text }: Source): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const isOpen = /[^\s'"`\\]['"`] \+$/.test(line) && !/\\n['"`] \+$/.test(line);
    const goesOn = /^\s*['"`][A-Za-z(]/.test(lines[index + 1] ?? '');
    return isOpen && goesOn ? [`${file}:${index + 1} ${line.trim()}`] : [];
  });
}

test('a text that is put together of several lines has a space between its words', () => {
  expect(sources.flatMap(gluedWords)).toEqual([]);
  const glued = {
    file: 'glued.ts',
    text: "const text =\n  'until' +\n  'stopped ' +\n  'again\\n' +\n  'and';",
  };
  expect(gluedWords(glued)).toEqual(["glued.ts:2 'until' +"]);
});

test('no source file is longer than 300 lines', () => {
  expect(sources.filter(({ text }) => text.split('\n').length > 301).map(({ file }) => file)).toEqual([]);
});

test('nothing is left for later', () => {
  expect(linesMatching(/\b(TODO|FIXME|XXX|HACK)\b|@ts-ignore|@ts-expect-error|\bas any\b/, /^$/)).toEqual([]);
});

test('the version is the one in package.json', () => {
  expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version).toBe(VERSION);
});

/** What people read holds none of the words that `docs/` and the code gave up: messages, help, README, guides, reference. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..');

/** Each with what is written instead. */
const GONE: readonly (readonly [RegExp, string])[] = [
  [/\bby hand\b/i, 'manually; changed outside the documents'],
  [/\blaps(e|ed|es|ing)\b/i, 'expire'],
  [/\b(comes?|came|coming) in\b(?! (a|the|any)\b)/i, 'sign in'],
  [/\bletters?\b/i, 'message, mail'],
  [/\bcarriers?\b/i, 'message, mail'],
  [/\bposting\b/i, 'message, mail'],
  [/\brooms?\b/i, 'space'],
  [/\bwithh(old|olds|eld|olding)\b/i, 'held back'],
  [/\bsettl(e|es|ed|ing)\b/i, 'stabilization window'],
  [/\bbrown-?outs?\b/i, 'temporary disable'],
  [/\b(whoever|whomever|somebody|someone|nobody|anybody)\b/i, 'the actor, or the passive'],
  [/\bthat is none\b|\bnone of (ours|our|its)\b|\bis none\b/i, 'invalid, not a …'],
  [
    /\bis not that\b|\bsays no more\b|\bhas gone\b|\b(goes|go|going|went) on\b/i,
    'incorrect, deleted, continues',
  ],
  [/\bgenerations?\b/i, 'version'],
  [/\bplaces?\b/i, 'sink'],
  [/\bPlaceTakenOver\b/, 'SinkTakenOver'],
  [/\bauthorit(y|ies)\b/i, 'server'],
  [/\btold\b|\btells? of\b/i, 'reported, shown'],
  [/\bbells?\b/i, 'signal'],
  [/\bours\b|\bof our own\b/i, 'name whose it is'],
  [/\bstrangers?\b/i, 'unknown token'],
  [/\breckons?\b/i, 'calculates'],
  [/\b(is|are) not there\b|\bnot there\b|\bthat is there\b/i, 'does not exist, exists'],
  [/\bwants\b/i, 'requires'],
];

/** Uses of these words that the field has too, taken out of a text before it is searched. */
const ALLOWED: readonly (readonly [RegExp, string])[] = [
  [/\bletters(, | and |, [a-z]+ and )digits\b/g, 'characters of the alphabet'],
  [/\bcertificate authorit(y|ies)\b/g, 'who signs certificates'],
  [/\bin (one )?place\b|\bno room for\b/g, 'plain English'],
  [/[`"'{] ?place[`"']|\bplace(?=:|, env|, object|\}| must be)/g, 'the field of an exec sink'],
  [/, generation, value/g, 'the field of the protocol of drivers'],
  [/\bcarrier-grade NAT\b/g, 'shared addresses of RFC 6598'],
  [/`[^`\s]+`/g, 'names in code: fields, codes, files, metrics'],
];

interface Text {
  readonly at: string;
  readonly text: string;
}

const hitsOf = ({ at, text }: Text): readonly string[] => {
  const searched = ALLOWED.reduce((left, [use]) => left.replaceAll(use, ' '), text);
  return GONE.flatMap(([word, instead]) => {
    const found = word.exec(searched);
    return found === null ? [] : [`${at} "${found[0]}" (instead: ${instead}): ${text.trim().slice(0, 120)}`];
  });
};

function filesBelow(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** Strings with white space in them: the others are names that programs use. Neither types nor imports are read. */
function stringsOf(path: string): readonly Text[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(join(root, path), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const texts: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (isText(node) && /\s/.test(node.text.trim())) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      texts.push({ at: `${path}:${line + 1}`, text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

/** Comments, each as one text without line ends. The code in them (in backticks, or indented) is not read. */
function commentsIn(text: string, path: string): readonly Text[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const ends = new Map<number, number>();
  const note = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? []) ends.set(pos, end);
  };
  const visit = (node: ts.Node): void => {
    note(ts.getLeadingCommentRanges(text, node.pos));
    note(ts.getTrailingCommentRanges(text, node.end));
    for (const child of node.getChildren(source)) if (!ts.isJSDoc(child)) visit(child);
  };
  visit(source);
  return [...ends].map(([pos, end]) => ({
    at: `${path}:${source.getLineAndCharacterOfPosition(pos).line + 1}`,
    text: text
      .slice(pos, end)
      .replace(/^\s*\* {4,}.*$/gm, ' ')
      .replace(/\n\s*\*/g, ' ')
      .replace(/\s+/g, ' ')
      .replace(/`[^`]+`/g, ' '),
  }));
}

const commentsOf = (path: string): readonly Text[] =>
  commentsIn(readFileSync(join(root, path), 'utf8'), path);

const isText = (node: ts.Node): node is ts.LiteralLikeNode =>
  ts.isStringLiteral(node) ||
  ts.isNoSubstitutionTemplateLiteral(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddleOrTemplateTail(node);

const linesOf = (path: string): readonly Text[] =>
  readFileSync(join(root, path), 'utf8')
    .split('\n')
    .map((text, index) => ({ at: `${path}:${index + 1}`, text }));

/** Descriptions and the like; the names of fields are those of programs. */
const valuesOf = (path: string): readonly Text[] => {
  const texts: Text[] = [];
  JSON.parse(readFileSync(join(root, path), 'utf8'), (key, value) => {
    if (typeof value === 'string' && /\s/.test(value)) texts.push({ at: `${path} ${key}`, text: value });
    return value;
  });
  return texts;
};

const READ: readonly (readonly [string, () => readonly Text[]])[] = [
  ['messages in src', () => filesBelow('src', /\.ts$/).flatMap(stringsOf)],
  ['comments in src', () => filesBelow('src', /\.ts$/).flatMap(commentsOf)],
  [
    'messages in bench and examples',
    () => [
      ...filesBelow('bench', /\.ts$/).flatMap(stringsOf),
      ...filesBelow('examples', /\.(ts|js|mjs)$/).flatMap(stringsOf),
    ],
  ],
  [
    'README and guides',
    () => [
      ...linesOf('README.md'),
      ...filesBelow('docs', /\.md$/).flatMap(linesOf),
      ...filesBelow('examples', /\.md$/).flatMap(linesOf),
    ],
  ],
  ['reference for programs', () => filesBelow('docs/reference', /\.json$/).flatMap(valuesOf)],
];

test.each(READ)('%s: hold no word that was given up', (what, read) => {
  const texts = read();
  const hits = texts.flatMap(hitsOf);
  process.stdout.write(`vocabulary: ${hits.length} hits in ${texts.length} texts (${what})\n`);
  expect(hits).toEqual([]);
});

test('a word that was given up is found, and its technical uses are not', () => {
  const hits = (text: string) => hitsOf({ at: 'here', text }).length;
  expect(hits('the key was revoked by hand')).toBe(1);
  expect(hits('ApiKey/app generation 2 lapses')).toBe(2);
  expect(hits('letters, digits and hyphens; the field `generation`')).toBe(0);
});

test('a word that was given up is found in a comment, also across lines, and code in comments is not read', () => {
  const source = [
    '/**',
    ' * Revoked by',
    ' * hand: `a letter`.',
    ' *',
    ' *     # keywright: ApiKey/app generation 2',
    ' */',
    "const nobody = '// somebody';",
    'call(nobody); // whoever asks',
  ].join('\n');
  const found = commentsIn(source, 'a.ts').flatMap(hitsOf);
  expect(found.map((hit) => hit.slice(0, 16))).toEqual(['a.ts:1 "by hand"', 'a.ts:8 "whoever"']);
});

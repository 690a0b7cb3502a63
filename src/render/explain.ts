/** The story of one object and what happens next: for people, for programs, for a pull request or a ticket. */
import { isObjectKind } from '../domain/kinds/index.js';
import { refJson, refText } from '../domain/objects.js';
import { withoutTokensIn } from '../domain/secret.js';
import { formatInstant } from '../domain/time.js';
import { withInstants } from './audit.js';
import { headline, sectionsOf } from './explain-sections.js';
import { type Explanation, type Related, statusOf } from './explanation.js';
import { escaped } from './markdown.js';
import { objectsJson } from './objects.js';
import { findingJson, forecastJson, waitingJson, withRefJson } from './plan-json.js';
import { sectionsMarkdown, sectionText } from './sections.js';
import { sinkRowJson } from './sinks.js';
import { painter, printable, type TextOptions } from './text-format.js';
import { timelineOf } from './timeline.js';

/** Ends with a newline. */
export function explanationText(explanation: Explanation, options: TextOptions): string {
  const paint = painter(options);
  const [first = '', ...more] = headline(explanation);
  const head = [`${paint('bold', printable(refText(explanation.ref)))} ${first}`, ...more];
  const sections = sectionsOf(explanation).map((section) => sectionText(section, paint));
  return [`${head.join('\n')}\n`, ...sections].join('\n');
}

/** No newline at the end. */
export function explanationMarkdown(explanation: Explanation): string {
  const [first = '', ...more] = headline(explanation).map(escaped);
  const head = `### ${escaped(refText(explanation.ref))}\n\n${[first, ...more].join(' ')}`;
  return sectionsMarkdown(head, sectionsOf(explanation));
}

/** Instants in ISO 8601; `live` is what `get` shows of it, null when it is not live. */
export function explanationJson(explanation: Explanation) {
  const { ref, now, declared, live, history, needs, neededBy, plan, ahead, sinks } = explanation;
  const details = new Map(history.map(({ seq, detail }) => [seq, detail]));
  return withoutTokensIn({
    apiVersion: 'keywright.dev/v1',
    kind: 'Explanation',
    object: refJson(ref),
    now: formatInstant(now),
    status: statusOf(explanation),
    declared: declared ? { project: declared.project, ...declared.position } : null,
    live: live ? (objectsJson([live], now).items[0] ?? null) : null,
    sinks: sinks.map(sinkRowJson),
    lastUsed: (live?.key?.versions ?? []).flatMap(({ generation, lastUsedAt, consumers }) =>
      lastUsedAt === undefined ? [] : [{ generation, at: formatInstant(lastUsedAt), consumers }],
    ),
    history: timelineOf(history).map((one) => ({
      ...one,
      at: formatInstant(one.at),
      detail: withInstants(details.get(one.seq) ?? {}),
    })),
    needs: needs.map(relatedJson),
    neededBy: neededBy.map(relatedJson),
    steps: (plan?.steps ?? []).map(withRefJson),
    findings: (plan?.findings ?? []).map(findingJson),
    waiting: (plan?.waiting ?? []).map(waitingJson),
    ahead: ahead.map(forecastJson),
  });
}

const relatedJson = ({ ref: { kind, name }, endsAt, ...related }: Related) => ({
  ref: isObjectKind(kind) ? refJson({ kind, name }) : { kind, name },
  ...related,
  ...(endsAt !== undefined && { endsAt: formatInstant(endsAt) }),
});

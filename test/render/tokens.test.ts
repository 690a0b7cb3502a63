/** A token that got into a description, a label, an annotation or a name is shown by no face, also by what takes it away. */

import { systemEntropy } from '../../src/adapters/system.js';
import { mintKey, mintLinkToken, mintPersonalToken, withoutTokens } from '../../src/domain/secret.js';
import { drift } from '../../src/plan/drift.js';
import { auditText, EXPORT_FORMATS, exportLines } from '../../src/render/audit.js';
import { driftJson, driftMarkdown, driftText } from '../../src/render/drift-text.js';
import { documentsOf } from '../../src/render/export.js';
import { documentsCdk } from '../../src/render/export-cdk.js';
import { documentsYaml } from '../../src/render/export-yaml.js';
import { objectsJson, objectsMarkdown, objectsText } from '../../src/render/objects.js';
import { planJson } from '../../src/render/plan-json.js';
import { planMarkdown, planText } from '../../src/render/plan-text.js';
import { logJson, logText } from '../../src/render/run-log.js';
import { service } from '../support/plan-declarations.js';
import { PlanWorld } from '../support/plan-world.js';
import { liveObject } from '../support/random-kinds.js';

const TOKENS = [
  mintKey('secret', true, systemEntropy),
  mintKey('publishable', false, systemEntropy),
  mintPersonalToken(systemEntropy),
  mintLinkToken(systemEntropy),
].map(({ token }) => token.reveal());

describe.each(TOKENS)('%#: a token', (token) => {
  const secret = token.slice(-49);
  const holding = {
    ...service('billing', { description: `see ${token}.` }),
    metadata: { name: 'billing', labels: { key: token }, annotations: { [token]: token } },
  };
  const clean = service('billing', { description: 'Invoices' });

  const noneIn = (faces: Readonly<Record<string, unknown>>): void => {
    for (const [face, shown] of Object.entries(faces)) {
      const text = typeof shown === 'string' ? shown : JSON.stringify(shown);
      expect([face, text.includes(secret)]).toEqual([face, false]);
    }
  };

  test('plans show none: not when it comes, not when it goes, not with its object', () => {
    const world = new PlanWorld();
    world.documents = [holding];
    const coming = world.plan();
    world.apply(coming);
    world.documents = [clean];
    const leaving = world.plan();
    world.documents = [];
    for (const plan of [coming, leaving, world.plan()]) {
      const options = { color: false, now: plan.now };
      const found = drift(plan, new Map());
      noneIn({
        ...{ text: planText(plan, options), json: planJson(plan), markdown: planMarkdown(plan) },
        ...{
          drift: driftText(found, options),
          driftJson: driftJson(found),
          driftMarkdown: driftMarkdown(found),
        },
      });
    }
    expect(JSON.stringify(leaving)).not.toContain(secret);
  });

  test('lists, exports and logs show none', () => {
    const live = liveObject(holding);
    const named = { ...live, ref: { ...live.ref, name: token } };
    const documents = documentsOf([live], { ownership: undefined, defaults: {} });
    const entry = {
      ...{ seq: 1, at: 0, actor: token, path: token, action: 'object.updated', object: `Service/${token}` },
      ...{ detail: { description: token }, hash: 'h', previousHash: 'p' },
    };
    const line = { at: 0, level: 'info', event: 'failed', message: `no ${token}` } as const;
    noneIn({
      ...{ get: objectsText([live, named], 0), getJson: objectsJson([live, named], 0) },
      getMarkdown: objectsMarkdown([live, named], 0),
      ...{ yaml: documentsYaml(documents), cdk: documentsCdk(documents, 'keywright') },
      ...{ audit: auditText([entry]), log: logText(line), logJson: logJson(line) },
      ...Object.fromEntries(EXPORT_FORMATS.map((format) => [format, exportLines(format, 's')(entry)])),
    });
  });

  test('what is left of it is the public prefix', () => {
    expect(withoutTokens(`a ${token}.`)).toBe(`a ${token.slice(0, -49)}….`);
  });
});

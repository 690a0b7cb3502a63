import { namingProblem, personalWords } from '../../src/domain/name-lint.js';

const person = (name: string, email: string, called?: string) => ({
  metadata: { name },
  spec: called === undefined ? { email } : { email, name: called },
});
const PEOPLE = personalWords([
  person('ada', 'ada.lovelace@example.com', 'Ada Lovelace'),
  person('mark', 'mark@example.com', 'Mark Baker'),
  person('owner', 'owner@localhost'),
  person('ci-bot', 'billing@example.com', 'Billing Team'),
  person('jo', 'jo@example.com', 'Jo Li'),
]);

test.each([
  ['ada-key', 'named after a person (ada)'],
  ['adas-laptop', 'named after a person (adas)'],
  ['prod-lovelace', 'named after a person (lovelace)'],
  ['ada-lovelace-example-com', 'an email address'],
  ['mark-example-com-key', 'an email address'],
  ['someone@example.org', 'an email address'],
  ['sk-live-4f9kq2lmzx01', 'a token or a secret'],
  ['deploy-ghp-16c7e42f292c6912e7710c838347ae178b4a', 'a token or a secret'],
  ['akiaiosfodnn7example', 'a token or a secret'],
  ['app-9f86d081884c7d659a2feaa0c55ad015', 'a token or a secret'],
  ['key-a8f3k29d7x1q0z5m4c6b', 'a token or a secret'],
])('U8: %s is warned of', (name, problem) => {
  expect(namingProblem(name, PEOPLE)).toContain(problem);
});

test.each(
  (
    'prod-main-app billing-prod mark-read-worker baker-street-shop owner-api ci-deploy bot-gateway data-2027-01-31 ' +
    'adapter-prod canada-shop road-service invoices-v2 checkout-eu-west-1 k8s-ingress-prod i18n-sync s3-backup-nightly ' +
    'oauth2-proxy-staging x509-issuer web3-node-mainnet sha256-indexer sk-live-sync patient-portal pattern-matcher ' +
    'release-1-2-3 build-20270131 deploy-a1b2c3d feedface-cache team-data-prod job-li-import e2e-tests grafana-agent ' +
    'payments-eu-central-1-prod-worker-02 acme-platform-terraform customer-12345678901234567890 production-sk'
  ).split(' '),
)('an ordinary name such as %s is not', (name) => {
  expect(namingProblem(name, PEOPLE)).toBeUndefined();
});

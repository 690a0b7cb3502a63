/** What ends a credential has slots of its own, by whichever route it is ended. */
import { urgentAmong } from '../../src/http/urgent-routes.js';
import { ROUTES } from '../../src/main/routes.js';

const isUrgent = urgentAmong(ROUTES);

test.each([
  'POST /v1/revoke',
  'POST /v1/keys/us_key_1/revoke',
  'DELETE /v1/sessions',
  'DELETE /v1/sessions/us_ses_1',
  'POST /v1/signing-keys/rotate',
  'POST /v1/store/request',
  'POST /v1/store/end-sign-ins',
  'POST /v1/store/replace-signing-keys',
])('%s is urgent', (line) => {
  const [method = '', path = ''] = line.split(' ');
  expect(isUrgent(method, path)).toBe(true);
});

test.each(['GET /v1/sessions', 'POST /v1/store/sign-ins', 'POST /v1/keys', 'POST /v1/store/mutate'])(
  '%s is not',
  (line) => {
    const [method = '', path = ''] = line.split(' ');
    expect(isUrgent(method, path)).toBe(false);
  },
);

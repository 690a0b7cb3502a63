/** Which hosts a connection may lead to, and which are reached without a proxy. */
import { hostOf, isReachedDirectly, permittedHost } from '../../src/sinks/hosts.js';

test.each([
  ['https://vault.example.com', 'vault.example.com', true],
  ['https://vault.example.com', 'VAULT.example.COM', true],
  ['https://vault.example.com:8200', 'vault.example.com', true],
  ['https://vault.example.com:8200', 'vault.example.com:8200', true],
  ['https://vault.example.com:8201', 'vault.example.com:8200', false],
  ['https://vault.example.com', 'vault.example.com:443', true],
  ['https://vault.example.com', '*.example.com', true],
  ['https://a.b.example.com:8200', 'x.example.org, *.example.com:8200', true],
  ['https://example.com', '*.example.com', false],
  ['https://evilexample.com', '*.example.com', false],
  ['https://vault.example.com.evil.org', '*.example.com', false],
  ['https://vault.example.com.evil.org', 'vault.example.com', false],
  ['https://[::1]:8200', '[::1]:8200', true],
  ['https://[::1]:8200', '::1', true],
  ['https://10.0.0.7', '10.0.0.8', false],
  ['https://10.0.0.7', '', true],
])('KEYWRIGHT_CONNECTION_HOSTS: %s is permitted by "%s": %s', (origin, hosts, isPermitted) => {
  expect(permittedHost(origin, { KEYWRIGHT_CONNECTION_HOSTS: hosts }).ok).toBe(isPermitted);
});

test('KEYWRIGHT_CONNECTION_HOSTS: absent, every host is permitted', () => {
  expect(permittedHost('https://vault.example.com', {}).ok).toBe(true);
});

test.each([
  ['https://vault.example.com', '', false],
  ['https://vault.example.com', 'example.com', true],
  ['https://vault.example.com', '.example.com', true],
  ['https://vault.example.com', '*.example.com', true],
  ['https://vaultexample.com', 'example.com', false],
  ['https://vault.example.com:8200', 'vault.example.com:8200', true],
  ['https://vault.example.com:8201', 'vault.example.com:8200', false],
  ['https://vault.example.com', '*', true],
  ['https://10.1.2.3', '10.0.0.0/8', true],
  ['https://11.1.2.3', '10.0.0.0/8', false],
  ['https://10.1.2.3', '10.0.0.0/99', false],
  ['https://[fd00::7]', 'fd00::/8', true],
  ['https://10.1.2.3', '2.3', false],
  ['https://127.0.0.1:8200', '', true],
  ['https://localhost', '', true],
  ['http://169.254.170.2', '', true],
  ['https://[::1]', '', true],
])('NO_PROXY: %s is reached directly with "%s": %s', (origin, list, isDirect) => {
  for (const env of [{ NO_PROXY: list }, { no_proxy: list }])
    expect(isReachedDirectly(hostOf(new URL(origin)), env)).toBe(isDirect);
});

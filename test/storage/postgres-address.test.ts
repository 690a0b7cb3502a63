import { Secret } from '../../src/domain/secret.js';
import { addressesOf, shownAddress } from '../../src/storage/postgres/address.js';

const shown = (text: string) => {
  const result = shownAddress(new Secret(text));
  return result.ok ? result.value : result.error.code;
};
const each = (text: string) => addressesOf(new Secret(text)).map((one) => one.reveal());

it('postgres address: several hosts are tried one after another, each with the user, the database and the settings', () => {
  expect(each('postgres://u:p,w@a:1,b:2/d?sslmode=require&target_session_attrs=read-write')).toEqual([
    'postgres://u:p,w@a:1/d?sslmode=require',
    'postgres://u:p,w@b:2/d?sslmode=require',
  ]);
  expect(each('postgres://u@a/d?target_session_attrs=primary')).toEqual(['postgres://u@a/d']);
});

it('postgres address: messages show hosts and database, and nothing of a password', () => {
  expect(shown('postgres://u:canary@a:1,b:2/d?target_session_attrs=read-write')).toBe('a:1,b:2/d');
  expect(shown('postgres://u:canary@a/d')).toBe('a/d');
  expect(shown('postgres:///d?host=/var/run/postgresql')).toBe('/var/run/postgresql/d');
});

it.each(['read-only', 'standby', 'prefer-standby', 'x'])(
  'postgres address: target_session_attrs=%s is refused, for Keywright writes',
  (attribute) => {
    expect(shown(`postgres://u@a,b/d?target_session_attrs=${attribute}`)).toBe('usage');
    expect(shown(`postgres://u@a/d?target_session_attrs=${attribute}`)).toBe('usage');
  },
);

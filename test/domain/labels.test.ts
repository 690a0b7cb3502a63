/** Label selectors, as kubectl reads them. */
import { parseSelector } from '../../src/domain/labels.js';

const matches = (text: string, labels: Readonly<Record<string, string>>): boolean => {
  const selector = parseSelector(text);
  if (!selector.ok) throw new Error(selector.error);
  return selector.value.matches(labels);
};

describe('a selector', () => {
  const data = { team: 'data', env: 'b' };

  it.each([
    ['team=data', true],
    ['team == data', true],
    ['team=other', false],
    ['team!=other', true],
    ['team!=data', false],
    ['nobody!=data', true],
    ['team', true],
    ['nobody', false],
    ['!team', false],
    ['!nobody', true],
    ['env in (a,b)', true],
    ['env in ( a , b )', true],
    ['env in (a)', false],
    ['env notin (a)', true],
    ['env notin (a,b)', false],
    ['nobody notin (a,b)', true],
    ['team=data,env in (a,b),!nobody', true],
    ['team=data,env=a', false],
    ['nobody=', false],
  ])('%s of team data and env b is %s', (text, isMet) => {
    expect(matches(text, data)).toBe(isMet);
  });

  it('knows no label by inheritance', () => {
    expect(matches('constructor', {})).toBe(false);
    expect(matches('constructor=a', { constructor: 'a' })).toBe(true);
  });

  it('may ask for an empty value', () => {
    expect(matches('team=', { team: '' })).toBe(true);
  });

  it.each(['', ',', 'a=b,', '=b', 'a b', 'a in b', 'a in (b', 'a=(b)', '!a=b', 'a===b', 'a=b c', 'ä=b'])(
    '%j is refused, with examples',
    (text) => {
      expect(parseSelector(text)).toMatchObject({ ok: false, error: expect.stringContaining('team=data') });
    },
  );

  it('has one text for one meaning, which can be read again', () => {
    const text = (of: string) => {
      const selector = parseSelector(of);
      return selector.ok ? selector.value.text : selector.error;
    };
    expect(text('team == data , env in (b, a, b)')).toBe('env in (a,b),team=data');
    expect(text('env notin (a),!x')).toBe('!x,env!=a');
    for (const one of ['env in (a,b),team=data', '!x,env!=a', 'a notin (b,c)', 'a='])
      expect(text(one)).toBe(one);
  });
});

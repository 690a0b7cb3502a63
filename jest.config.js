/** Tests run as CommonJS through swc; the packages named below ship ES modules only. */
const esModules = [
  '@noble',
  '@octokit',
  '@scure',
  'age-encryption',
  'universal-user-agent',
  'jose',
  'typebox',
  'kysely',
  'fast-check',
  'pure-rand',
].join('|');

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.(t|m?j)s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(${esModules})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // Whole stories on a busy machine; what must be quick asserts so itself.
  testTimeout: 180_000,
  // The default leaves a core idle, and system tests mostly wait for processes of their own.
  maxWorkers: '100%',
  reporters: ['default', '<rootDir>/test/support/closing-reporter.mjs'],
};

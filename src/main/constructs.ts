/** The package export `keywright/constructs`. Needs the peer dependencies `cdktf` and `constructs`; nothing else in Keywright loads them. */
export * from '../constructs/index.js';

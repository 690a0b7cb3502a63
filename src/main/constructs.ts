/** The package export `keywright/constructs`. Needs the peer dependencies `cdktf` and `constructs`; nothing else of ours loads them. */
export * from '../constructs/index.js';

/** Who may import whom: the arrows of docs/architecture.md. Each rule says why it is there. */

/** `from` imports nothing of ours but itself and `to`. */
const only = (from, to, comment) => ({
  name: `${from}-imports-${to.join('-') || 'nothing-of-ours'}`,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [from, ...(from === 'domain' || from === 'ports' ? [] : ['async']), ...to].map((folder) => `^src/${folder}(/|\\.)`) },
});

const ENTRIES = '^src/main/(keywright|parser-thread|quickstart|derive-entry|library|verifier|constructs)\\.ts$';

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle is one module that pretends to be several.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unreachable-files',
      comment: 'What no entry point reaches is not part of the product.',
      severity: 'error',
      from: { path: ENTRIES },
      to: { path: '^src/', pathNot: ENTRIES, reachable: false },
    },
    {
      name: 'nothing-imports-main',
      comment: 'main is where adapters meet ports; nobody may depend on that choice.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main/' },
      to: { path: '^src/main/' },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'What ships must not need what only building and testing needs.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'cdk-in-constructs-only',
      comment: 'Whoever writes YAML needs no CDK, and loading it costs a quarter of a second.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/constructs/' },
      to: { path: 'node_modules/(cdktf|constructs|@cdktf)/' },
    },
    {
      name: 'constructs-are-loaded-by-apps-only',
      comment: 'Importing keywright or its command never loads the CDK.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(constructs/|main/constructs\\.ts$)' },
      to: { path: '^src/constructs/' },
    },
    {
      name: 'compat-is-an-edge',
      comment: 'A foreign shape in our own routes is there for good; main alone adds the compatible ones to them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(compat|main)/' },
      to: { path: '^src/compat/' },
    },
    only('domain', [], 'The words and rules stand on nothing, so that everything can stand on them.'),
    only('ports', ['domain'], 'What the core asks of the world is said in its own words.'),
    only('async', ['domain', 'ports'], 'Waiting, waking and taking turns need a clock and nothing else.'),
    only('plan', ['domain'], 'Deciding is pure: no port, no store, no clock.'),
    only('documents', ['domain'], 'Documents become desired state without knowing what is live.'),
    only('constructs', ['domain', 'documents/stacks', 'documents/schema'], 'Constructs declare; they check what they declare as documents are checked.'),
    only('observe', ['domain', 'ports', 'plan'], 'Gathering asks the ports and shapes the answers for the planner.'),
    only('apply', ['domain', 'ports', 'plan'], 'Doing obeys a plan through the ports and decides nothing.'),
    only('reconcile', ['domain', 'ports', 'plan', 'observe'], 'Gather and decide: what every preview shares, with no effect.'),
    only('controller', ['domain', 'ports', 'plan', 'observe', 'apply', 'reconcile'], 'A pass strings gather, decide and do together.'),
    only('credential-store', ['domain', 'ports'], 'Use-cases know a storage port of their own, not an engine.'),
    only('storage', ['domain', 'credential-store/storage-port'], 'An engine implements the storage port and knows nothing else.'),
    only('sinks', ['domain', 'ports'], 'Adapters implement ports and never know one another.'),
    only('outbox', ['domain', 'ports'], 'How a letter is handed over knows nothing of how it came to be written.'),
    only('verifier', ['domain', 'ports'], 'The index answers from memory; where its facts come from is a port.'),
    only('protocol', ['domain', 'ports'], 'How the live-store port crosses HTTP is said once, for the routes and for the client.'),
    only('client', ['domain', 'ports', 'protocol'], 'The port over HTTP knows what crosses, and not who answers.'),
    only('http', ['domain', 'ports', 'verifier', 'render', 'protocol'], 'Routes ask ports and the verifier, and show what they say; which ones, main decides.'),
    only('compat', ['domain', 'ports', 'http'], "A foreign client's shapes map to our use-cases; nothing of ours knows of them."),
    only('render', ['domain', 'ports', 'plan', 'documents/diagnostics', 'controller/status'], 'Views turn values into text and touch nothing.'),
    only('adapters', ['domain', 'ports', 'plan', 'documents', 'cli', 'controller', 'http', 'render', 'outbox', 'credential-store', 'verifier', 'storage/folder'], 'What this machine has: clock, chance, locks, threads, git. It is handed out by main.'),
    only('cli', ['domain', 'ports', 'plan', 'documents', 'observe', 'apply', 'reconcile', 'controller', 'render'], 'Commands are handed their adapters by main.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Types are dependencies too: they carry the words of the layer they come from.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};

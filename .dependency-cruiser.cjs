// Who may import whom. Type imports count: a type is a dependency too.
const folder = (...names) => `^src/(${names.join('|')})/`;

/** `from` may import itself and `allowed`, of all the house's folders. */
const only = (from, ...allowed) => ({
  name: `${from}-imports-only-${allowed.length === 0 ? 'itself' : allowed.join('-')}`,
  severity: 'error',
  comment: `${from} may import from: ${[from, ...allowed].join(', ')}.`,
  from: { path: folder(from) },
  to: { path: '^src/', pathNot: folder(from, ...allowed) },
});

const PURE = ['parse', 'signature', 'detect', 'score', 'anomaly'];
const BELOW_PIPELINE = ['domain', ...PURE, 'store', 'live'];

module.exports = {
  forbidden: [
    only('domain'),
    ...PURE.map((name) => only(name, 'domain')),
    only('store', 'domain'),
    only('live', 'domain', 'store'),
    only('memory', ...BELOW_PIPELINE),
    only('review', ...BELOW_PIPELINE, 'memory', 'pipeline'),
    only('pipeline', ...BELOW_PIPELINE, 'memory', 'review'),
    only('archive', ...BELOW_PIPELINE, 'pipeline', 'review', 'memory'),
    only('connectors', ...BELOW_PIPELINE, 'pipeline', 'review'),
    only('graph', ...BELOW_PIPELINE, 'pipeline', 'review', 'memory', 'connectors'),
    {
      name: 'graph-knows-connectors-by-their-door',
      severity: 'error',
      comment: 'What a connector is inside is its own matter.',
      from: { path: folder('graph') },
      to: { path: folder('connectors'), pathNot: '^src/connectors/sources\\.ts$' },
    },
    only('http', 'domain', 'store', 'live', 'pipeline', 'graph'),
    {
      name: 'settings-imports-only-domain',
      severity: 'error',
      comment: 'Settings are values: they know nothing of what they set.',
      from: { path: '^src/settings\\.ts$' },
      to: { path: '^src/', pathNot: [folder('domain'), '^src/setting-values\\.ts$'] },
    },
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'Files that need each other are one file, or hide a third.',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      severity: 'error',
      comment: 'Nothing reaches this file.',
      from: { path: '^src/', orphan: true },
      to: {},
    },
    {
      name: 'declared-packages-only',
      severity: 'error',
      comment: 'What users run must be in dependencies, not in devDependencies or by luck in node_modules.',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'The file or package is not there.',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

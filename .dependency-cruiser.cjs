/**
 * The dependency rule: a folder of src/ imports only from itself and from folders that stand to its right in `order`.
 * Everybody may use what `shared` lists.
 */
const order = ['commands', 'gateway', 'dispatch', 'pool', 'protocol', 'rdata'];
const shared = ['app', 'config', 'model', 'observe'];

const layers = order.slice(1).map((folder, index) => ({
  name: `${folder}-imports-only-to-its-right`,
  severity: 'error',
  comment: `src/${folder} stands to the right of ${order.slice(0, index + 1).join(', ')}.`,
  from: { path: `^src/${folder}/` },
  to: { path: `^src/(${order.slice(0, index + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'shared-imports-no-layer',
      severity: 'error',
      comment: 'What everybody may use would otherwise carry a layer along.',
      from: { path: `^src/(${shared.join('|')})/` },
      to: { path: `^src/(${order.join('|')})/`, pathNot: '^src/(rdata|protocol)/' },
    },
    {
      name: 'doctor-is-for-its-command',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands|doctor|image)/' },
      to: { path: '^src/doctor/' },
    },
    {
      name: 'image-is-for-its-command',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands|image)/' },
      to: { path: '^src/image/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'source-stands-alone',
      severity: 'error',
      comment: 'What is published must not need what is not.',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|examples)/' },
    },
    {
      name: 'source-needs-no-dev-dependency',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};

/**
 * The dependency rule. Every folder of src/ has a rank: it may import from itself and from the folders below it.
 * The files directly in src/ that are listed in `base` may be imported from everywhere.
 */
const ranks = [
  'commands',
  'image',
  'doctor',
  'kubernetes',
  'load-test',
  'serve',
  'admin',
  'access',
  'models',
  'lanes',
  'http',
  'dispatch',
  'pool',
  'protocol',
  'config',
  'app',
  'json',
  'rdata',
  'observe',
];
const base = [
  'clock',
  'descriptors',
  'errors',
  'installation',
  'key-file',
  'linked-list',
  'newest-connections',
  'version',
];

const ranking = ranks.slice(1).map((folder, index) => ({
  name: `${folder}-imports-only-from-below`,
  severity: 'error',
  comment: `src/${folder} ranks below ${ranks.slice(0, index + 1).join(', ')}.`,
  from: { path: `^src/${folder}/` },
  to: { path: `^src/(${ranks.slice(0, index + 1).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...ranking,
    {
      name: 'every-folder-has-a-rank',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/[^/]+/', pathNot: `^src/(${ranks.join('|')})/` },
    },
    {
      name: 'folders-import-no-entry-point',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+\\.ts$', pathNot: `^src/(${base.join('|')})\\.ts$` },
    },
    {
      name: 'deployment-knows-no-server',
      severity: 'error',
      comment:
        'Images and manifests describe a server; they do not run one, but for loading the app once to measure it.',
      from: { path: '^src/(image|kubernetes)/' },
      to: {
        path: '^src/(load-test|serve|admin|access|models|lanes|http|dispatch|pool|protocol)/',
        pathNot: '^src/pool/look-at-app\\.ts$',
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Cycles of types count too: files that need each other are one file, or lack an interface.',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-cycles-of-code',
      severity: 'error',
      from: { pathNot: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'source-stands-alone',
      severity: 'error',
      comment: 'The published package must not need files that are not published.',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|examples)/' },
    },
    {
      // All npm packages are development dependencies, because dist/ contains what src/ imports.
      name: 'source-needs-no-tool-of-development',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: '^node_modules/(@biomejs|@vitest|axe-core|dependency-cruiser|esbuild|fast-check|knip|playwright-core|tsx|typescript|vitest)/',
      },
    },
    {
      name: 'packages-are-listed',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
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

// SPDX-License-Identifier: MIT

// The direction of every import. A folder that does not exist yet costs nothing here.
//
//   demo, bench, examples, cli -> public entries -> pipeline, analysis -> engine -> stages -> gpu
//                                                                \-> cpu -> reference
//   all of them -> problem, which imports nothing

/** What other packages and the programs around the library may import. */
const publicEntry =
  '^src/index\\.ts$|^src/(pipeline|analysis)/index\\.ts$|^src/pipeline/(cpu|nuclei)\\.ts$|^src/adaptors/(livekit|react|svelte)\\.ts$';

/** What the package meanfield-cli installs, of which src/cli is the source. Its manifest does not lie above those files. */
const ofCommandLine = Object.keys(require('./cli/package.json').dependencies).map((name) => `node_modules/${name}/`);

/** Packages that only pull in Node's side of the world. */
const nodeOnly = '^(node:|puppeteer|@puppeteer/|webgpu$)|node_modules/(puppeteer|@puppeteer|webgpu/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A circle hides which of two modules is the lower one, and breaks on load order.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that package.json does not name may vanish with the next install.',
      severity: 'error',
      from: { pathNot: '^(node_modules|src/cli)/' },
      // Who says of an optional peer that it is optional names it in a place that the cruiser doesn't know.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'library-installs-nothing',
      comment:
        'Of packages the library imports only its peers. protobuf is bundled into it; types vanish in the build.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: {
        path: 'node_modules/',
        pathNot: 'node_modules/@bufbuild/protobuf/',
        dependencyTypesNot: ['type-only', 'npm-peer'],
      },
    },
    {
      name: 'command-line-needs-published-packages',
      comment: 'cli/package.json names what meanfield-cli installs; types vanish in the build.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: 'node_modules/', pathNot: ofCommandLine, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'programs-use-public-entries',
      comment:
        'demo, bench, examples and the command line are users of the library like any other. What a browser has is asked before a page has the library.',
      severity: 'error',
      from: { path: '^(demo|bench|docs/examples|examples|src/cli)/' },
      to: {
        path: '^src/',
        pathNot: [
          publicEntry,
          '^src/cli/',
          '^src/gpu/(adapter|turns)\\.ts$',
          '^src/problem/float16\\.ts$',
          '^src/wgsl\\.d\\.ts$',
        ],
      },
    },
    {
      name: 'adaptors-use-the-pipeline',
      comment: 'What fits a framework is a few lines over the public door.',
      severity: 'error',
      from: { path: '^src/adaptors/' },
      to: { path: '^src/', pathNot: '^src/(adaptors/|pipeline/index\\.ts$)' },
    },
    {
      name: 'library-knows-no-framework',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adaptors|cli)/' },
      to: { path: '^src/adaptors/|node_modules/(react|svelte|livekit-client)/' },
    },
    {
      name: 'library-knows-no-program',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^(src/cli|demo|bench|examples|test|scripts)/' },
    },
    {
      name: 'commands-install-nothing',
      comment: 'What installs packages or browsers lies in scripts; only npm start and npm test run it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^scripts/' },
    },
    {
      name: 'nothing-imports-demo',
      severity: 'error',
      from: { pathNot: '^(demo|test)/' },
      to: { path: '^demo/' },
    },
    {
      name: 'library-is-for-the-browser',
      comment: 'Only the command line may name Node or puppeteer.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: nodeOnly, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'library-has-no-node-builtins',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-pipeline-knows-onnxruntime',
      comment: 'Whoever only refines masks must not download a network runtime. Tests compare with it.',
      severity: 'error',
      from: { pathNot: '^(src/pipeline|test)/' },
      to: { path: 'onnxruntime' },
    },
    {
      name: 'core-has-no-onnxruntime-behind-it',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: 'onnxruntime', reachable: true },
    },
    {
      name: 'gpu-knows-no-crf',
      comment:
        'gpu is plain WebGPU help; it must read alone. Of problem it takes errors, checks, and what GPU objects and pictures of a page look like.',
      severity: 'error',
      from: { path: '^src/gpu/' },
      to: {
        path: '^src/',
        pathNot: '^src/(gpu/|problem/(errors|checks|page-image|platform-objects)\\.ts|wgsl\\.d\\.ts)',
      },
    },
    {
      name: 'problem-imports-nothing',
      comment: 'What is asked stands alone: every other folder reads it.',
      severity: 'error',
      from: { path: '^src/problem/' },
      to: { path: '.', pathNot: '^src/problem/' },
    },
    {
      name: 'stages-stand-on-gpu',
      comment: 'A stage gets a plan from above; it takes types and sizes from problem, never code from above.',
      severity: 'error',
      from: { path: '^src/stages/' },
      to: {
        path: '^src/',
        pathNot: '^src/(stages|gpu)/|^src/wgsl\\.d\\.ts',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'engine-stands-on-stages',
      comment: 'What runs on the GPU knows nothing of what runs without one.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/', pathNot: '^src/(engine|problem|stages|gpu)/|^src/wgsl\\.d\\.ts' },
    },
    {
      name: 'plans-know-no-gpu',
      comment:
        "A plan is arithmetic: it is tested without a GPU. The size of a struct that a shader writes is its stage's to say.",
      severity: 'error',
      from: { path: '^src/engine/plan/' },
      to: {
        path: '^src/',
        pathNot: ['^src/(engine/plan|problem)/', '^src/stages/dispatch-sizes\\.ts$', '^src/gpu/uniforms\\.ts$'],
      },
    },
    {
      name: 'lists-know-plans-and-stages',
      comment: "A list says what the GPU does; compiling, binding and encoding are the recording's.",
      severity: 'error',
      from: { path: '^src/engine/lists/' },
      to: { path: '^src/', pathNot: '^src/(engine/(plan|lists)|stages|gpu|problem)/' },
    },
    {
      name: 'cpu-stands-on-reference',
      severity: 'error',
      from: { path: '^src/cpu/' },
      to: { path: '^src/', pathNot: '^src/(cpu|problem|reference)/' },
    },
    {
      name: 'reference-knows-the-problem-only',
      comment: 'The oracle of the tests shares no code with what it judges; tsconfig.reference.json hides GPU types.',
      severity: 'error',
      from: { path: '^src/reference/' },
      to: {
        path: ['^src/', '\\.wgsl'],
        pathNot: '^src/(reference|problem)/',
      },
    },
    {
      name: 'reference-has-no-gpu-types',
      severity: 'error',
      from: { path: '^src/reference/' },
      to: { path: '@webgpu/types|^src/gpu/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // docs/examples/other-packages names packages that only npm run test:tools installs.
    exclude: { path: '^(dist|site|cli/dist|docs/site|docs/examples/other-packages)/|test/fixtures|demo/public' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.wgsl'],
    },
  },
};

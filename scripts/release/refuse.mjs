// SPDX-License-Identifier: MIT

// Runs where somebody publishes from a folder of the repository, or packs the command line there: its files lie elsewhere, and the manifests have fields that
// hold for the repository alone.

process.stderr.write(
  'Packages are published from the tarballs that "npm run release:pack" makes, by the workflow release: see CONTRIBUTING.md.\n',
);
process.exit(1);

// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { suite } from '../suite.js';
import { type Bomb, bombs, checkBomb } from './bombs.js';
import { type Container, checkContainer, containers as rareContainers } from './containers.js';
import { type Damage, damaged, damages } from './damage.js';
import { formats } from './formats.js';
import { checkJournal, type DamagedJournal, damagedJournals } from './journals.js';
import { readSafely } from './safety.js';
import { storedFile } from './workplace.js';

interface DamagedFile {
  is: 'damaged';
  format: string;
  base: number;
  damages: readonly Damage[];
  isMended: boolean;
}

const damagedFiles = fc.record({
  is: fc.constant('damaged' as const),
  format: fc.constantFrom(...formats.map(({ name }) => name)),
  base: fc.nat(2),
  damages: fc.array(damages, { minLength: 1, maxLength: 3 }),
  isMended: fc.boolean(),
});

/** Files that are not what they should be: a value or one clear error, with bounded time and memory. */
export const files = suite<DamagedFile | { is: 'a journal'; journal: DamagedJournal }>({
  name: 'files',
  batchSize: 50,
  testBatches: { cpu: 12, webgpu: 0 },
  arbitrary: () =>
    fc.oneof(
      { weight: 4, arbitrary: damagedFiles },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('a journal' as const), journal: damagedJournals }) },
    ),
  async run(given, { tally }) {
    tally.add('files');
    return given.is === 'a journal' ? checkJournal(given.journal) : checkDamaged(given);
  },
});

/** Files that are right in a rare way are read right; small ones that ask for much get little. */
export const containers = suite<{ is: 'right'; container: Container } | { is: 'a bomb'; bomb: Bomb }>({
  name: 'containers',
  batchSize: 50,
  testBatches: { cpu: 8, webgpu: 0 },
  arbitrary: () =>
    fc.oneof(
      { weight: 20, arbitrary: fc.record({ is: fc.constant('right' as const), container: rareContainers }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('a bomb' as const), bomb: bombs }) },
    ),
  async run(given, { tally }) {
    tally.add('files');
    return given.is === 'right' ? checkContainer(given.container) : checkBomb(given.bomb);
  },
});

async function checkDamaged(given: DamagedFile): Promise<void> {
  const format = formats.find(({ name }) => name === given.format);
  if (!format) return;
  const bases = await format.bases();
  const bytes = given.damages.reduce(damaged, Buffer.from(bases[given.base % bases.length]));
  const file = await storedFile(format.fileName, given.isMended && format.mend ? format.mend(bytes) : bytes);
  await readSafely(format.name, file, (name) => format.read(name));
}

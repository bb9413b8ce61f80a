// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { suite } from '../suite.js';
import { type Bomb, bombs, checkBomb } from './bombs.js';
import { type Container, checkContainer, containers } from './containers.js';
import { type Damage, damaged, damages } from './damage.js';
import { formats } from './formats.js';
import { checkJournal, type DamagedJournal, damagedJournals } from './journals.js';
import { readSafely } from './safety.js';
import { storedFile } from './workplace.js';

type HostileFile =
  | { is: 'damaged'; format: string; base: number; damages: readonly Damage[]; isMended: boolean }
  | { is: 'right'; container: Container }
  | { is: 'a journal'; journal: DamagedJournal }
  | { is: 'a bomb'; bomb: Bomb };

const damagedFiles = fc.record({
  is: fc.constant('damaged' as const),
  format: fc.constantFrom(...formats.map(({ name }) => name)),
  base: fc.nat(2),
  damages: fc.array(damages, { minLength: 1, maxLength: 3 }),
  isMended: fc.boolean(),
});

/** Files that are not what they should be: a value or one clear error, with bounded time and memory. And rare ones that are right. */
export const files = suite<HostileFile>({
  name: 'files',
  batchSize: 50,
  testBatches: { cpu: 20, webgpu: 0 },
  arbitrary: () =>
    fc.oneof(
      { weight: 30, arbitrary: damagedFiles },
      { weight: 20, arbitrary: fc.record({ is: fc.constant('right' as const), container: containers }) },
      { weight: 8, arbitrary: fc.record({ is: fc.constant('a journal' as const), journal: damagedJournals }) },
      { weight: 1, arbitrary: fc.record({ is: fc.constant('a bomb' as const), bomb: bombs }) },
    ),
  async run(given, { tally }) {
    tally.add('files');
    if (given.is === 'right') return checkContainer(given.container);
    if (given.is === 'a journal') return checkJournal(given.journal);
    if (given.is === 'a bomb') return checkBomb(given.bomb);
    const format = formats.find(({ name }) => name === given.format);
    if (!format) return;
    const bases = await format.bases();
    const bytes = given.damages.reduce(damaged, Buffer.from(bases[given.base % bases.length]));
    const file = await storedFile(format.fileName, given.isMended && format.mend ? format.mend(bytes) : bytes);
    await readSafely(format.name, file, (name) => format.read(name));
  },
});

// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own clock. */
const millisecondsPerTick = 10;

/** Milliseconds of CPU that this process has used, all threads together. */
export function cpuTimeOfThisProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The same for a process and all its descendants, to 10 ms a process. Undefined where there is no /proc. */
export function cpuTimeOfTree(root: number): number | undefined {
  const tree = processTree(root);
  return tree && tree.reduce((sum, { ticks }) => sum + ticks, 0) * millisecondsPerTick;
}

/** Bytes of memory that a process and all its descendants have for themselves, undefined where there is no /proc. */
export function memoryOfTree(root: number): number | undefined {
  return processTree(root)?.reduce((sum, { id }) => sum + ownMemory(id), 0);
}

function ownMemory(id: number): number {
  try {
    const kilobytes = (name: string, text: string) =>
      Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
    const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    return 1024 * (kilobytes('Private_Clean', text) + kilobytes('Private_Dirty', text));
  } catch {
    return 0;
  }
}

function processTree(root: number): ProcessEntry[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(readProcess)
    .filter((entry) => entry !== undefined);
  const tree = new Set([root]);
  // A child may have a lower id than its parent: go on until nothing is added.
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const { id, parent } of processes) if (tree.has(parent)) tree.add(id);
  }
  return processes.filter(({ id }) => tree.has(id));
}

interface ProcessEntry {
  id: number;
  parent: number;
  ticks: number;
}

/** Undefined for a process that has ended meanwhile. */
function readProcess(id: string): ProcessEntry | undefined {
  try {
    return parseProcess(readFileSync(`/proc/${id}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** See proc(5): the name stands in parentheses and may hold spaces; after it come state, parent, … and the times, 14 and 15. */
export function parseProcess(stat: string): ProcessEntry {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { id: Number.parseInt(stat, 10), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

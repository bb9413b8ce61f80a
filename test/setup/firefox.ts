// SPDX-License-Identifier: MIT

import type { TestProject } from 'vitest/node';
import { serveRepository } from '../support/repository-server.js';

/** One server for all tests in Firefox. Each file starts a browser of its own: it speaks WebDriver BiDi, which has one session a browser. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, close } = await serveRepository('node_modules/.vite-test-firefox');
  project.provide('serverUrl', url);
  return close;
}

// SPDX-License-Identifier: MIT

/** Installing dependencies downloads no browser: scripts/install-browser.ts finds one, or installs it when something needs it. */
module.exports = { skipDownload: true };

// SPDX-License-Identifier: MIT

// A page with something live in it loads that, others nothing. This is a classic script, and so is what it loads: both work from a folder, too.

document.addEventListener('DOMContentLoaded', loadLive);
if (document.readyState !== 'loading') loadLive();

function loadLive() {
  if (!document.querySelector('[data-live]') || document.querySelector('#live')) return;
  const script = document.createElement('script');
  script.id = 'live';
  script.src = `${document.documentElement.dataset.base ?? ''}assets/live.js`;
  document.head.append(script);
}

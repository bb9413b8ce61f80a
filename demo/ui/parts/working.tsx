// SPDX-License-Identifier: MIT

import { useEffect, useState } from 'preact/hooks';
import type { NetworkProgress } from '../../engine/protocol.js';
import type { Session } from '../../state/session.js';
import { bytes } from './format.js';

/** On the picture: what the page is busy with, and how to end it. */
export function Working({ session }: { session: Session }) {
  const loading = session.choice.loading.value;
  if (loading) return <NetworkAtWork loading={loading} onCancel={() => session.cancelNetwork()} />;
  if (session.results.isPrecomputed.value) {
    return <span class="working is-shown">A stored result; computing it here now…</span>;
  }
  return (
    <span class="working" aria-hidden="true">
      Working…
    </span>
  );
}

function NetworkAtWork({ loading, onCancel }: { loading: NetworkProgress; onCancel: () => void }) {
  const isRunning = loading.phase === 'run';
  return (
    // On a GPU a run is over before one could read that there was one.
    <div class={isRunning ? 'working' : 'working is-shown'}>
      <span role="status">{networkPhase(loading)}</span>
      {isRunning && <Seconds />}
      <button type="button" class="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}

/** How far a network has come, in words. */
export function networkPhase(loading: NetworkProgress): string {
  if (loading.phase === 'run') return 'The network is running…';
  const { phase, loadedBytes = 0, totalBytes } = loading;
  // What comes with the page is there at once.
  if (phase === 'session' || loadedBytes === totalBytes) return 'Making the network ready…';
  return `Downloading: ${bytes(loadedBytes)}${totalBytes ? ` of ${bytes(totalBytes)}` : ''}`;
}

/** How long it has taken: nobody knows how long it will. Not read out, as it changes every second. */
function Seconds() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return seconds > 0 ? <span aria-hidden="true">{seconds} s</span> : null;
}

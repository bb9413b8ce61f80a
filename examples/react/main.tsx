// SPDX-License-Identifier: MIT

/** @jsxImportSource react */

import { BackgroundVideo } from 'meanfield/react';
import { type ReactElement, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const views = {
  blur: { kind: 'blur' },
  green: { kind: 'colour', colour: '#18a558' },
} as const;

function App(): ReactElement {
  const [track, setTrack] = useState<MediaStreamTrack>();
  const [view, setView] = useState<keyof typeof views>('blur');
  const start = async () => {
    const camera = await navigator.mediaDevices.getUserMedia({ video: true });
    setTrack(camera.getVideoTracks()[0]);
  };
  const stop = () => {
    track?.stop();
    setTrack(undefined);
  };
  return (
    <>
      <button type="button" onClick={track ? stop : start}>
        {track ? 'Stop' : 'Start'}
      </button>
      <select value={view} onChange={(event) => setView(event.target.value as keyof typeof views)}>
        {Object.keys(views).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <BackgroundVideo track={track} view={views[view]} />
    </>
  );
}

createRoot(document.querySelector('#app') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

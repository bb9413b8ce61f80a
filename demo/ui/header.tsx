// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import { samples } from '../photo/samples.js';
import type { Session } from '../state/session.js';
import { FileButton } from './files.js';
import { KeyHelp } from './key-help.js';
import { type Mode, ModeSwitch } from './mode-switch.js';
import { VideoIcon } from './parts/icons.js';
import { SnapshotButton } from './photo/snapshot.js';
import { ProjectLinks } from './project-links.js';

export function Header({ mode, session }: { mode: Signal<Mode>; session: Session }) {
  return (
    <header class="header">
      <div class="title">
        <h1>meanfield</h1>
        <div class="claim">
          <p>Cut anything out of a photo or a live camera. All in this browser: no picture leaves it.</p>
          <ProjectLinks />
        </div>
      </div>
      <ModeSwitch mode={mode} />
      <div class="header-actions">
        {mode.value === 'photo' && <Photos session={session} />}
        {mode.value === 'photo' && (
          <button
            type="button"
            class="button for-desks"
            onClick={() => {
              mode.value = 'webcam';
            }}
          >
            <VideoIcon /> Try your camera
          </button>
        )}
        <KeyHelp />
      </div>
    </header>
  );
}

function Photos({ session }: { session: Session }) {
  return (
    <fieldset class="samples">
      <legend class="visually-hidden">Photo</legend>
      {samples.map((sample) => (
        <button
          key={sample.id}
          type="button"
          class="sample"
          aria-pressed={session.open.sampleId.value === sample.id}
          title={`Sample: ${sample.title}`}
          onClick={() => void session.openSample(sample)}
        >
          <img src={sample.address} alt="" width="40" height="40" />
          <span class="visually-hidden">Sample: {sample.title}</span>
        </button>
      ))}
      <FileButton session={session} />
      <SnapshotButton session={session} />
    </fieldset>
  );
}

// SPDX-License-Identifier: MIT

import { useSignal } from '@preact/signals';
import type { Export } from '../../export/export-job.js';
import { optionsFile, reproducingCode } from '../../export/reproduce.js';
import { saveExport } from '../../export/save.js';
import { linkTo } from '../../state/address-sync.js';
import { crfParameters } from '../../state/crf-settings.js';
import type { Session } from '../../state/session.js';
import { CodeBlock } from '../parts/code-block.js';
import { CopyButton } from '../parts/copy-button.js';
import { SaveIcon } from '../parts/icons.js';

const exports: readonly { what: Export; title: string; hint: string }[] = [
  { what: 'cut-out', title: 'Cut-out', hint: 'The labels that are shown, on transparency' },
  { what: 'mask', title: 'Mask', hint: 'White where a label is shown, black elsewhere' },
  { what: 'overlay', title: 'Overlay', hint: 'The photo, tinted by label' },
  { what: 'labels', title: 'Label map', hint: 'Each pixel’s label number, as a grey value' },
];

export function ExportPanel({ session }: { session: Session }) {
  const picture = session.open.picture.value;
  const parameters = crfParameters(session.settings.value);
  const labels = session.palette.labels.value.map(({ name }) => name);
  const code = picture && reproducingCode({ width: picture.width, height: picture.height, labels, parameters });
  return (
    <>
      <PngFiles session={session} />
      <section class="part">
        <div class="part-head">
          <h3>Code</h3>
          {code && <CopyButton text={code} title="Copy code" />}
        </div>
        {code && <CodeBlock title="Code with the current settings" text={code} />}
        <div class="button-row">
          <CopyButton text={optionsFile(parameters)} title="Copy as options file" />
        </div>
      </section>
      <section class="part">
        <div class="part-head">
          <h3>Link</h3>
          <CopyButton text={linkTo(session)} title="Copy link" />
        </div>
        <p class="hint">
          {session.open.sample
            ? 'Opens this page as it is now: sample, marks, labels and settings.'
            : 'Holds the settings. Your photo stays here, so it is not in the link.'}
        </p>
      </section>
    </>
  );
}

function PngFiles({ session }: { session: Session }) {
  const saving = useSignal<Export | undefined>(undefined);
  const photo = session.open.photo.value;
  const save = async (what: Export) => {
    saving.value = what;
    try {
      await saveExport(session, what);
    } catch (error) {
      session.error.value = `The file could not be made: ${(error as Error).message}`;
    } finally {
      saving.value = undefined;
    }
  };
  return (
    <section class="part">
      <h3>PNG files</h3>
      {photo && (
        <p class="hint">
          At the photo’s own size, {photo.width} × {photo.height} px. The mask of the working size is fitted to the
          photo’s own edges.
        </p>
      )}
      <ul class="exports" aria-busy={saving.value !== undefined}>
        {exports.map(({ what, title, hint }) => (
          <li key={what}>
            <button
              type="button"
              class="button"
              disabled={!session.results.result.value || saving.value !== undefined}
              aria-describedby={`export-${what}`}
              onClick={() => void save(what)}
            >
              <SaveIcon /> {saving.value === what ? 'Saving…' : title}
            </button>
            <span class="hint" id={`export-${what}`}>
              {hint}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

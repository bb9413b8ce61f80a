// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';

/** Drawn on 16 × 16, in the colour of the text around. The control that holds it has the words. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const FolderIcon = () => (
  <Icon>
    <path d="M2 12.5v-9h4l1.5 2H14v7z" />
  </Icon>
);

export const UndoIcon = () => (
  <Icon>
    <path d="M5.5 3 2.5 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6" />
  </Icon>
);

export const RedoIcon = () => (
  <Icon>
    <path d="m10.5 3 3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H10" />
  </Icon>
);

export const EraserIcon = () => (
  <Icon>
    <path d="m6 13-3.5-3.5 6.5-6.5 4.5 4.5L8 13zM6 13h7.5M5.8 6.2l4.5 4.5" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M8 3v10M3 8h10" />
  </Icon>
);

export const EyeIcon = ({ isOpen }: { isOpen: boolean }) => (
  <Icon>
    <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z" />
    {isOpen ? <circle cx="8" cy="8" r="2" /> : <path d="m3 13 10-10" />}
  </Icon>
);

export const CompareIcon = () => (
  <Icon>
    <path d="M8 1.5v13M2.5 3.5H8v9H2.5zM10.5 3.5h3v9h-3" />
  </Icon>
);

export const SaveIcon = () => (
  <Icon>
    <path d="M8 2v8M5 7l3 3 3-3M2.5 13.5h11" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Icon>
);

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

export const BoxIcon = () => (
  <Icon>
    <path d="M2.5 5v-2.5H5M11 2.5h2.5V5M13.5 11v2.5H11M5 13.5H2.5V11M7 2.5h2M7 13.5h2M2.5 7v2M13.5 7v2" />
  </Icon>
);

export const BrushIcon = () => (
  <Icon>
    <path d="M13.5 2.5 8 8.5M6.2 8.2c-2.2 0-2.4 1.6-2.6 2.9-.1.9-.6 1.6-1.6 1.9 3 1.2 6.4.5 6.4-2.4 0-1.4-1-2.4-2.2-2.4z" />
  </Icon>
);

export const DotsIcon = () => (
  <Icon>
    <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2.2" />
  </Icon>
);

export const CopyIcon = () => (
  <Icon>
    <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />
  </Icon>
);

export const CameraIcon = () => (
  <Icon>
    <path d="M2 4.5h2.5L6 2.5h4l1.5 2H14v8H2z" />
    <circle cx="8" cy="8.3" r="2.3" />
  </Icon>
);

export const KeyboardIcon = () => (
  <Icon>
    <path d="M1.5 4h13v8h-13zM5 9.7h6M4 6.7h.01M6.7 6.7h.01M9.3 6.7h.01M12 6.7h.01" />
  </Icon>
);

export const MirrorIcon = () => (
  <Icon>
    <path d="M8 2v12M5.5 4.5 2 11.5h3.5zM10.5 4.5 14 11.5h-3.5z" />
  </Icon>
);

export const MinusIcon = () => (
  <Icon>
    <path d="M3 8h10" />
  </Icon>
);

export const MoveIcon = () => (
  <Icon>
    <path d="M8 1.5v13M1.5 8h13M6 3.5l2-2 2 2M6 12.5l2 2 2-2M3.5 6l-2 2 2 2M12.5 6l2 2-2 2" />
  </Icon>
);

export const ShareIcon = () => (
  <Icon>
    <path d="M8 9.5v-8M5.5 3.5 8 1.5l2.5 2M4.5 6.5H3v8h10v-8h-1.5" />
  </Icon>
);

export const RecordIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="6.5" />
    <circle cx="8" cy="8" r="3" fill="currentColor" stroke="none" />
  </Icon>
);

export const VideoIcon = () => (
  <Icon>
    <path d="M1.5 4.5h8v7h-8zM9.5 7l5-2.5v7L9.5 9z" />
  </Icon>
);

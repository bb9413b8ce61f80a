// SPDX-License-Identifier: MIT

import { useId, useRef } from 'preact/hooks';
import { DotsIcon } from './icons.js';

export interface MenuItem {
  title: string;
  act: () => void;
}

/** A button with dots, and what it offers: buttons in the browser's own popover, below it. */
export function Menu({ title, items }: { title: string; items: readonly MenuItem[] }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLFieldSetElement>(null);
  const place = () => {
    const [own, from] = [list.current, button.current?.getBoundingClientRect()];
    if (!own || !from) return;
    const { offsetWidth, offsetHeight } = own;
    const below = from.bottom + 4 + offsetHeight <= innerHeight;
    own.style.left = `${Math.max(8, Math.min(from.right - offsetWidth, innerWidth - offsetWidth - 8))}px`;
    own.style.top = `${below ? from.bottom + 4 : Math.max(8, from.top - 4 - offsetHeight)}px`;
    own.querySelector('button')?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="button icon-only quiet"
        aria-label={title}
        title={title}
        aria-haspopup="true"
        popovertarget={id}
      >
        <DotsIcon />
      </button>
      <fieldset
        ref={list}
        id={id}
        class="menu"
        aria-label={title}
        popover="auto"
        onToggle={(event) => {
          if ((event as unknown as ToggleEvent).newState === 'open') place();
        }}
        onKeyDown={(event) => moveFocus(event.currentTarget, event)}
      >
        {items.map(({ title: text, act }) => (
          <button
            key={text}
            type="button"
            onClick={() => {
              list.current?.hidePopover();
              act();
            }}
          >
            {text}
          </button>
        ))}
      </fieldset>
    </>
  );
}

function moveFocus(menu: HTMLElement, event: KeyboardEvent): void {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way === undefined) return;
  event.preventDefault();
  const buttons = [...menu.querySelectorAll('button')];
  const place = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[(place + way + buttons.length) % buttons.length]?.focus();
}

// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';

export interface Tab {
  name: string;
  /** Called only while the tab is open. */
  content: () => ComponentChildren;
}

export interface TabsProps {
  title: string;
  tabs: readonly Tab[];
  /** The tab that is open at first. */
  first: string;
  onChange?: (name: string) => void;
}

/** Tabs as the ARIA authoring practices have them: one stop of the Tab key, arrow keys within. */
export function Tabs({ title, tabs, first, onChange }: TabsProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(first);
  // The tabs of another mode may not have the one that was open.
  const open = tabs.find(({ name }) => name === chosen) ?? tabs[0];
  const choose = (index: number, withFocus: boolean) => {
    const { name } = tabs[(index + tabs.length) % tabs.length];
    setChosen(name);
    onChange?.(name);
    if (withFocus) list.current?.querySelectorAll('button')[(index + tabs.length) % tabs.length].focus();
  };
  const index = tabs.indexOf(open);
  return (
    <section class="tabs" aria-label={title}>
      <div
        ref={list}
        class="tab-list"
        role="tablist"
        aria-label={title}
        onKeyDown={(event) => {
          const target = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: tabs.length - 1 }[event.key];
          if (target === undefined) return;
          event.preventDefault();
          choose(target, true);
        }}
      >
        {tabs.map(({ name }, i) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === open.name}
            aria-controls={`${id}-panel`}
            tabIndex={name === open.name ? 0 : -1}
            onClick={() => choose(i, false)}
          >
            {name}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} class="panel" role="tabpanel" aria-labelledby={`${id}-${open.name}`}>
        {open.content()}
      </div>
    </section>
  );
}

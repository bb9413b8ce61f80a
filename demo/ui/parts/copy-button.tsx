// SPDX-License-Identifier: MIT

import { useEffect, useState } from 'preact/hooks';
import { CopyIcon } from './icons.js';

/** Says for a moment that it did, or that the browser refused. */
export function CopyButton({ text, title }: { text: string; title: string }) {
  const [outcome, setOutcome] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('Copied');
    } catch {
      setOutcome('Select and copy by hand');
    }
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      <CopyIcon /> <span aria-live="polite">{outcome ?? title}</span>
    </button>
  );
}

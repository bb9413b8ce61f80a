// SPDX-License-Identifier: MIT

/** Text to be copied. It scrolls, so the keyboard must reach it. */
export function CodeBlock({ title, text }: { title: string; text: string }) {
  return <textarea class="code" aria-label={title} readOnly rows={12} spellcheck={false} wrap="off" value={text} />;
}

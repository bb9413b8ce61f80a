// SPDX-License-Identifier: MIT

const titles = { repository: 'Source', package: 'Package', homepage: 'Docs' } as const;

/** To where the project lives, as far as the page was told when it was built. */
export function ProjectLinks() {
  const links = Object.entries(titles).flatMap(([name, title]) => {
    const address = document.querySelector<HTMLMetaElement>(`meta[name="meanfield:${name}"]`)?.content;
    return address ? [{ title, address }] : [];
  });
  if (links.length === 0) return null;
  return (
    <nav class="project-links" aria-label="Project">
      {links.map(({ title, address }) => (
        // In a tab of its own: whoever reads it keeps what is on the page.
        <a key={title} href={address} target="_blank" rel="noreferrer">
          {title}
        </a>
      ))}
    </nav>
  );
}

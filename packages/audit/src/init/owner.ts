/** A family's owner from a directory's name: lower case, with hyphens, `my` where nothing is left. */
export function ownerFrom(directory: string): string {
  const slug = directory
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return slug === '' ? 'my' : slug;
}

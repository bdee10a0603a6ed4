/** For content whose name changes with it: a digest, a version. */
export const immutable = 'public, max-age=31536000, immutable';

/** Whether `If-None-Match` names this entity tag (RFC 9110 §13.1.2, weak comparison). */
export const matchesEtag = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' ||
    header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));

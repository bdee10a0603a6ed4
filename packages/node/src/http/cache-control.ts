/** `Cache-Control` of content whose name changes with it: a digest, a version (RFC 8246). */
export const immutable = 'public, max-age=31536000, immutable';

/** The path that a request asks for, decoded; undefined if it is none. */
export function pathOf(target) {
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target);
  const [path] = target.slice(absolute?.[0].length ?? 0).split('?', 1);
  if (absolute && path === '') {
    return '/';
  }
  if ((!path.startsWith('/') && path !== '*') || /%(?![0-9a-f]{2})/i.test(path)) {
    return undefined;
  }
  // Byte by byte: decodeURIComponent would throw at bytes that are not UTF-8.
  const bytes = path.replace(/%(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return path.includes('%') ? Buffer.from(bytes, 'latin1').toString() : path;
}

import type { AuditReport } from '../finding.ts';

/** More boxes than this are no map. */
const most = 48;

interface Node {
  readonly path: string;
  /** Files in the directory itself. */
  own: number;
  /** And in those below. */
  all: number;
  readonly children: Map<string, Node>;
}

/**
 * Source files by directory: the one that holds most is divided into those below it, again and
 * again, as long as there is room; the top always. So a deep tree shows its depth where its files are.
 *
 * @param paths of files, with `/` between their parts
 */
export function directoriesOf(paths: readonly string[]): AuditReport['directories'] {
  const shown = [treeOf(paths)];
  for (;;) {
    const at = shown.reduce(
      (best, node, index) =>
        node.children.size > 0 && (best < 0 || node.all > (shown[best]?.all ?? 0)) ? index : best,
      -1,
    );
    const node = shown[at];
    const isRoot = node?.path === '' && shown.length === 1;
    if (!node || (!isRoot && shown.length + node.children.size > most)) break;
    const itself = { ...node, all: node.own, children: new Map() };
    shown.splice(at, 1, ...(node.own > 0 ? [itself] : []), ...node.children.values());
  }
  return shown
    .filter(({ all }) => all > 0)
    .map(({ path, all }) => ({ path: path === '' ? '.' : path, files: all }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function treeOf(paths: readonly string[]): Node {
  const root: Node = { path: '', own: 0, all: 0, children: new Map() };
  for (const path of paths) {
    let at = root;
    at.all++;
    for (const part of path.split('/').slice(0, -1)) {
      const below = at.children.get(part) ?? {
        path: at.path === '' ? part : `${at.path}/${part}`,
        own: 0,
        all: 0,
        children: new Map(),
      };
      at.children.set(part, below);
      at = below;
      at.all++;
    }
    at.own++;
  }
  return root;
}

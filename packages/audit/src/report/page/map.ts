import type { AuditReport, Finding } from '../../finding.ts';
import { html, type Markup } from './markup.ts';
import { type Placed, treemap } from './treemap.ts';

const width = 1200;
const height = 420;
/** Space that a directory's name takes. */
const heading = 18;

interface Directory {
  readonly path: string;
  readonly size: number;
  readonly findings: readonly Finding[];
}

/**
 * The codebase drawn: directories by how many source files they hold, and on each its couplings, a
 * mark each: its hue the suggested tier, its shape who waits.
 */
export function codebaseMap({ directories, findings }: AuditReport): Markup {
  const byDirectory = Map.groupBy(findings, ({ file }) => nearest(file, directories));
  const items = directories.map(
    ({ path, files }): Directory => ({
      path,
      size: Math.sqrt(files),
      findings: byDirectory.get(path) ?? [],
    }),
  );
  const placed = treemap(items, { x: 0, y: 0, width, height });
  return html`<svg class="map" viewBox="0 0 ${width} ${height}" role="img" aria-label="The codebase by directory, with its couplings">${placed.map(directoryBox)}</svg>`;
}

function nearest(file: string, directories: AuditReport['directories']): string {
  const known = new Set(directories.map(({ path }) => path));
  for (let at = file; at !== ''; ) {
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
    if (known.has(at === '' ? '.' : at)) return at === '' ? '.' : at;
  }
  return '.';
}

function directoryBox({ item, x, y, width: w, height: h }: Placed<Directory>): Markup {
  const { path, findings } = item;
  const shown = Math.max(0, Math.floor((w - 10) / 6.6));
  const label = path.length <= shown ? path : shown < 4 ? '' : `…${path.slice(1 - shown)}`;
  const title = `${path}: ${findings.length} ${findings.length === 1 ? 'coupling' : 'couplings'}`;
  return html`<g class="${findings.length > 0 ? 'dir coupled' : 'dir'}" data-directory="${path}" tabindex="0"><title>${title}</title><rect x="${round(x + 1)}" y="${round(y + 1)}" width="${round(Math.max(0, w - 2))}" height="${round(Math.max(0, h - 2))}"/>${h > heading ? html`<text x="${round(x + 6)}" y="${round(y + 14)}">${label}</text>` : undefined}${marks(item, x, y, w, h)}</g>`;
}

/** As many marks as there is room for, and the number of the rest. */
function marks({ findings }: Directory, x: number, y: number, w: number, h: number): Markup[] {
  const columns = Math.floor((w - 8) / 12);
  const rows = Math.floor((h - heading - 4) / 12);
  const room = Math.max(0, columns * rows);
  return findings
    .slice(0, room)
    .map((finding, at) =>
      mark(finding, x + 10 + (at % columns) * 12, y + heading + 8 + Math.floor(at / columns) * 12),
    );
}

function mark({ suggestedTier, sync, file, line, service }: Finding, x: number, y: number): Markup {
  const title = html`<title>${file}:${line} ${service}, ${suggestedTier}</title>`;
  const at = `translate(${round(x)} ${round(y)})`;
  return html`<path class="tier ${suggestedTier}" transform="${at}" d="${shapes[sync]}">${title}</path>`;
}

export const shapes: Readonly<Record<Finding['sync'], string>> = {
  request: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
  background: 'M-4 -4h8v8h-8z',
  batch: 'M0 -4.5l4.5 8h-9z',
  unknown: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0zM-2 0a2 2 0 1 1 4 0a2 2 0 1 1 -4 0z',
};

const round = (value: number): number => Math.round(value * 10) / 10;

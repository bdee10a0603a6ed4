import type { AuditReport, Finding } from '../../finding.ts';
import { html, type Markup } from './markup.ts';
import { shapes } from './shapes.ts';
import { type Placed, treemap } from './treemap.ts';

/** Space that a directory's name takes. */
const heading = 18;
/** From one mark to the next. */
const pitch = 13;

interface Directory {
  readonly path: string;
  /** Its name within its group. */
  readonly label: string;
  readonly size: number;
  readonly findings: readonly Finding[];
}

interface Group {
  readonly name: string;
  readonly size: number;
  readonly directories: readonly Directory[];
}

/**
 * The codebase drawn: what lies at its top as groups, in them directories by how many source files
 * they hold, and on each its couplings, a mark each: its hue the suggested tier, its shape who
 * waits. Once for wide screens, and once for narrow ones.
 */
export function codebaseMap(report: AuditReport): Markup {
  const groups = groupsOf(report);
  // A few directories leave a large drawing empty.
  const height = (most: number) => Math.min(most, 60 + 60 * report.directories.length);
  return html`${drawing(groups, 1200, height(440), 'wide')}${drawing(groups, 380, height(560), 'narrow')}`;
}

const drawing = (groups: readonly Group[], width: number, height: number, kind: string): Markup =>
  html`<svg class="map ${kind}" viewBox="0 0 ${width} ${height}" role="group" aria-label="The codebase by directory, with its couplings">${treemap(groups, { x: 0, y: 0, width, height }).map(groupBox)}</svg>`;

function groupsOf({ directories, findings }: AuditReport): Group[] {
  const known = new Set(directories.map(({ path }) => path));
  const byDirectory = Map.groupBy(findings, ({ file }) => nearest(file, known));
  const all = Map.groupBy(directories, ({ path }) => path.split('/')[0] ?? path);
  return [...all.values()].map((own) => {
    const name = commonOf(own.map(({ path }) => path));
    const inGroup = own.map(({ path, files }): Directory => {
      const couplings = byDirectory.get(path) ?? [];
      return {
        path,
        label: path === name ? '.' : path.slice(name.length + 1),
        // A directory with couplings has room for them, however few its files.
        size: Math.sqrt(files) + Math.sqrt(couplings.length),
        findings: couplings,
      };
    });
    return {
      name,
      size: inGroup.reduce((sum, { size }) => sum + size, 0),
      directories: inGroup,
    };
  });
}

/** The directory that all of them are in. */
function commonOf([first = '', ...more]: readonly string[]): string {
  const parts = first.split('/');
  const isIn = (path: string, directory: string) => `${path}/`.startsWith(`${directory}/`);
  while (parts.length > 1 && !more.every((path) => isIn(path, parts.join('/')))) parts.pop();
  return parts.join('/');
}

function nearest(file: string, known: ReadonlySet<string>): string {
  for (let at = file; at !== ''; ) {
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
    if (known.has(at === '' ? '.' : at)) return at === '' ? '.' : at;
  }
  return '.';
}

function groupBox({ item, x, y, width, height }: Placed<Group>): Markup {
  const [only, ...more] = item.directories;
  if (only && more.length === 0)
    return directoryBox({ item: { ...only, label: only.path }, x, y, width, height });
  const inside = { x: x + 3, y: y + heading, width: width - 6, height: height - heading - 3 };
  const fits = inside.width > 24 && inside.height > 24;
  return html`<g class="top">${box(x, y, width, height)}${label(item.name, x, y, width, height)}${fits ? treemap(item.directories, inside).map(directoryBox) : undefined}</g>`;
}

function directoryBox({ item, x, y, width: w, height: h }: Placed<Directory>): Markup {
  const { path, findings } = item;
  const title = `${path}: ${findings.length} ${findings.length === 1 ? 'call' : 'calls'}`;
  const inner = html`<title>${title}</title>${box(x, y, w, h)}${label(item.label, x, y, w, h)}`;
  if (findings.length === 0) return html`<g class="dir">${inner}</g>`;
  return html`<g class="dir coupled" data-directory="${path}" tabindex="0" role="button" aria-label="${title}">${inner}${marks(item, x, y, w, h)}</g>`;
}

const box = (x: number, y: number, w: number, h: number): Markup =>
  html`<rect x="${round(x + 1)}" y="${round(y + 1)}" width="${round(Math.max(0, w - 2))}" height="${round(Math.max(0, h - 2))}"/>`;

/** As much of a path as there is room for, in whole names: its end tells more than its beginning. */
function label(name: string, x: number, y: number, w: number, h: number): Markup | undefined {
  const shown = Math.floor((w - 10) / 6.7);
  if (h < heading || shown < 3) return undefined;
  const text = fitting(name, shown);
  return html`<text x="${round(x + 6)}" y="${round(y + 14)}">${text}</text>`;
}

function fitting(path: string, shown: number): string {
  const parts = path.split('/');
  while (parts.length > 1 && parts.join('/').length > shown) parts.shift();
  const end = parts.join('/');
  return end.length <= shown ? end : `${end.slice(0, shown - 1)}…`;
}

/** As many marks as there is room for, and the number of the rest. */
function marks({ findings }: Directory, x: number, y: number, w: number, h: number): Markup[] {
  const top = h < heading + pitch ? 0 : heading;
  const columns = Math.max(1, Math.floor((w - 6) / pitch));
  const rows = Math.max(1, Math.floor((h - top - 2) / pitch));
  const room = columns * rows;
  const isFull = findings.length > room;
  const drawn = findings.slice(0, isFull ? Math.max(0, room - 2) : room);
  const place = (at: number): [number, number] => [
    x + 10 + (at % columns) * pitch,
    y + top + 8 + Math.floor(at / columns) * pitch,
  ];
  const [restX, restY] = place(drawn.length);
  return [
    ...drawn.map((finding, at) => mark(finding, ...place(at))),
    ...(isFull
      ? [
          html`<text class="rest" x="${round(restX - 5)}" y="${round(restY + 4)}">+${findings.length - drawn.length}</text>`,
        ]
      : []),
  ];
}

function mark(finding: Finding, x: number, y: number): Markup {
  const { suggestedTier, sync, file, line, service, fingerprint } = finding;
  const title = html`<title>${file}:${line} ${service}, ${suggestedTier}</title>`;
  const at = `translate(${round(x)} ${round(y)})`;
  return html`<path class="tier ${suggestedTier}" data-call="c-${fingerprint}" transform="${at}" d="${shapes[sync]}">${title}</path>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** The page's style: the console's properties, one column, readable at 380 px. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfbfa, #131416);
  --ink: light-dark(#1b1d20, #e8e9ea);
  --soft: light-dark(#5c6168, #9ba1a8);
  --hair: light-dark(#e2e3e1, #2b2e32);
  --accent: light-dark(#3553c4, #93a8ff);
  --device: light-dark(#0b7a62, #4fcfae);
  --edge: light-dark(#a35a00, #f0a64a);
  --cloud: light-dark(#7a3fb0, #c79bf2);
  --none: light-dark(#5c6168, #9ba1a8);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1120px; padding: 16px 16px 64px;
  background: var(--paper); color: var(--ink);
  font: 14px/20px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-variant-numeric: tabular-nums;
}
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; color: var(--soft); font-size: 12px; }
header b { font-size: 14px; color: var(--ink); }
h1 { font-size: 20px; line-height: 28px; font-weight: 600; margin: 20px 0 4px; }
h2 { font-size: 14px; font-weight: 600; margin: 32px 0 4px; padding-bottom: 4px; border-bottom: 1px solid var(--hair); }
p { margin: 4px 0; }
code, .mono { font: 12px/20px var(--mono); overflow-wrap: anywhere; }
.soft { color: var(--soft); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { height: 32px; padding: 4px 16px 4px 0; text-align: left; border-bottom: 1px solid var(--hair); vertical-align: middle; }
th { font-weight: 400; font-size: 12px; color: var(--soft); }
td.number, th.number { text-align: right; }
.tier { white-space: nowrap; }
.tier.device { color: var(--device); } .tier.edge { color: var(--edge); }
.tier.cloud { color: var(--cloud); } .tier.none { color: var(--none); }
details { border-bottom: 1px solid var(--hair); }
summary { display: grid; grid-template-columns: 72px 84px minmax(120px, 1fr) minmax(160px, 2fr) 88px; gap: 0 16px; padding: 6px 0; cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary > :last-child { text-align: right; white-space: nowrap; }
.trace { padding: 0 0 16px 16px; border-left: 2px solid var(--hair); margin: 0 0 8px 4px; }
.line { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; margin: 8px 0; }
.step { padding: 2px 8px; border: 1px solid var(--hair); border-radius: 4px; }
.step.stop { border-color: currentColor; }
.shield { fill: none; height: .8em; stroke: currentColor; stroke-width: 1.2; width: .8em; }
.away-note { display: none; }
.away .away-note { display: inline; color: var(--edge); }
@media (max-width: 640px) {
  summary { grid-template-columns: 72px 1fr auto; }
  summary > .why { grid-column: 1 / -1; grid-row: 2; }
  summary > .family { grid-column: 1 / -1; grid-row: 3; color: var(--soft); font-size: 12px; }
  table, tbody, tr, td { display: block; } thead { display: none; }
  tr { padding: 8px 0; border-bottom: 1px solid var(--hair); }
  td { height: auto; border: 0; padding: 0; } td.number { text-align: left; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: 12px; }
}
`;

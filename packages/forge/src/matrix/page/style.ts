import { style as reportStyle } from '../../report/page/style.ts';

/** The report's style, with the heat and the panels. Colours of cells keep text at 4.5:1 on both grounds. */
export const style = `${reportStyle}
:root{--heat-full:light-dark(#d5ece5,#12352c);--heat-little:light-dark(#e5efd8,#27331b);--heat-part:light-dark(#f6ead0,#3a2d12);--heat-most:light-dark(#fae0d0,#412719);--heat-none:light-dark(#f8d9d6,#451e1c)}
.heat td{height:auto;padding:2px;border:0;vertical-align:stretch;min-width:128px}
.heat th[scope=row]{white-space:nowrap;padding:6px 16px 6px 0}
.heat thead th{padding-left:10px}
.heat thead th:first-child{padding-left:0}
.heat-full{background:var(--heat-full)}.heat-little{background:var(--heat-little)}.heat-part{background:var(--heat-part)}.heat-most{background:var(--heat-most)}.heat-none{background:var(--heat-none)}
.heat-converted{background:var(--paper);box-shadow:inset 0 0 0 2px var(--heat-part)}
.heat-unknown{background:var(--paper);outline:1px dashed var(--hair);outline-offset:-1px}
.cell{border:0;border-radius:4px;color:var(--ink);cursor:pointer;display:flex;flex-direction:column;font:inherit;font-size:12px;line-height:16px;min-height:56px;padding:6px 8px;text-align:left;width:100%}
.cell:hover{outline:1px solid var(--soft);outline-offset:-1px}
.cell:focus-visible{outline:2px solid var(--accent);outline-offset:0}
.cell .status{color:inherit;font-weight:600}
.cell .said{white-space:nowrap}
.cell .time{font-family:var(--mono);white-space:nowrap}
.cell .interval{display:block;margin-top:2px}
.cell .interval .zero{opacity:.25}
.cell .interval .whisker{stroke:var(--ink);opacity:.7}
.cell .interval circle{fill:var(--ink)}
.swatch{border-radius:2px;display:inline-block;height:12px;vertical-align:-2px;width:12px}
.required{border:1px solid var(--accent);border-radius:8px;color:var(--accent);font-size:12px;line-height:16px;padding:0 6px;white-space:nowrap}
.scroll{overflow-x:auto;margin:0 -4px;padding:4px}
.scroll.more{mask-image:linear-gradient(to right,#000 calc(100% - 40px),transparent)}
.sideways{font-size:12px;margin:0 0 4px}
.heat th:first-child{background:var(--paper);left:-4px;position:sticky;z-index:1}
.panel{background:var(--paper);border:1px solid var(--hair);border-radius:8px;box-shadow:0 8px 32px rgb(0 0 0/.24);color:var(--ink);inset:auto 24px 24px auto;margin:0;max-height:min(640px,calc(100dvh - 48px));overflow:auto;padding:16px 20px;position:fixed;width:min(440px,calc(100vw - 48px))}
.panel h2{font-size:16px;margin:0 0 4px}
.panel h2 .id{font-size:14px}
.panel dl{gap:2px 16px;grid-template-columns:max-content minmax(0,1fr);margin:12px 0}
.panel ul{list-style:none;padding:0}
.panel li{border-top:1px solid var(--hair);margin:0;padding:8px 0}
.panel li.fails .mark{color:var(--bad)}.panel li.unproven .mark{color:var(--warn)}
.panel li strong{font-weight:600}
.hint{color:var(--accent)}
.close{background:none;border:1px solid var(--hair);border-radius:6px;color:var(--ink);cursor:pointer;font:inherit;margin-top:8px;padding:4px 12px}
.requirements{list-style:none;padding:0}
.requirements li{display:grid;gap:0 12px;grid-template-columns:72px max-content 48px minmax(0,1fr);max-width:none}
@media(max-width:860px){
.requirements li{grid-template-columns:72px max-content minmax(0,1fr);padding:4px 0}
.requirements bdi{grid-column:1/-1}
.heat tr{display:grid;gap:4px;grid-template-columns:repeat(2,minmax(0,1fr));padding:12px 0}
.heat th[scope=row]{grid-column:1/-1;padding:0;position:static}
.heat th[scope=row] br{display:none}
.heat th[scope=row] .soft{margin-left:4px}
.heat td{padding:0;min-width:0}
.heat td[data-label]::before{display:none}
.heat .cell{min-height:0;padding:4px 6px;height:100%}
.heat .cell::before{content:attr(data-variant);font:11px/16px var(--mono);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.heat .cell .said,.heat .cell .time{overflow:hidden;text-overflow:ellipsis;font-size:11px}
.heat .cell .interval{display:none}
.scroll.more{mask-image:none}
.sideways{display:none}
.panel{inset:auto 8px 8px 8px;width:auto;max-height:70dvh}
.panel dl{grid-template-columns:max-content minmax(0,1fr)}
.panel dd{margin:0}
}
@media print{.panel{display:none}}
`;

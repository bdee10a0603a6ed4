/** The page's style: the console's properties, so that both look alike. */
export const style = `
:root{color-scheme:light dark;--paper:light-dark(#fbfbfa,#131416);--ink:light-dark(#1b1d20,#e8e9ea);--soft:light-dark(#5c6168,#9ba1a8);--hair:light-dark(#e2e3e1,#2b2e32);--accent:light-dark(#3553c4,#93a8ff);--good:light-dark(#0b7a62,#4fcfae);--warn:light-dark(#8f5400,#f0a64a);--bad:light-dark(#b3261e,#ff8f85);--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;--sans:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/20px var(--sans);font-variant-numeric:tabular-nums}
main{margin:0 auto;max-width:1440px;padding:0 24px 64px}
header{border-bottom:1px solid var(--hair);display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;padding:16px 0 12px}
header strong{font-size:16px;font-weight:600}
header .soft{font-size:12px;margin-left:auto}
h1{font-size:20px;font-weight:600;line-height:28px;margin:28px 0 4px;max-width:60ch;text-wrap:balance}
h2{font-size:14px;font-weight:600;margin:0 0 8px}
h2 small,.legend,.soft{color:var(--soft)}
h2 small{font-size:12px;font-weight:400;margin-left:8px}
section{margin-top:36px}
p{margin:4px 0;max-width:80ch}
.id{font-family:var(--mono);font-size:12px;overflow-wrap:anywhere}
.whole{white-space:nowrap}
.soft{font-weight:400}
th .soft,td .soft{font-size:12px}
.legend{display:flex;flex-wrap:wrap;gap:0 20px;font-size:12px;margin-top:8px;max-width:none}
.plots{display:grid;gap:24px 48px;grid-template-columns:repeat(auto-fit,minmax(min(320px,100%),1fr));max-width:1040px}
.plot{display:block;width:100%;height:auto;overflow:visible}
.plot text{fill:var(--soft);font:11px var(--sans);font-variant-numeric:tabular-nums}
.plot .name{fill:var(--ink);font:11px var(--mono);paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.plot .front .name{font-weight:600}
.plot .grid{stroke:var(--hair)}
.plot .axis,.plot .mark{stroke:var(--soft)}
.plot .bar{stroke:var(--warn);stroke-dasharray:4 4}
.plot text.bar{stroke:none;fill:var(--warn)}
.plot circle{fill:var(--paper);stroke:var(--accent);stroke-width:1.5}
.plot .front circle{fill:var(--accent)}
.plot .failed path{stroke:var(--bad);stroke-width:2;fill:none}
.plot .whisker{stroke:var(--accent);opacity:.55}
.plot .leader{stroke:var(--soft);opacity:.5}
.plot .failed .whisker{stroke:var(--bad)}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--hair);height:32px;padding:5px 16px 5px 0;text-align:left;vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-size:12px;vertical-align:bottom;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
.number{text-align:right;white-space:nowrap}
td.number{font-family:var(--mono);font-size:12px}
td.why{min-width:22ch;max-width:64ch;overflow-wrap:anywhere}
.status{white-space:nowrap}
.status.pass{color:var(--good)}.status.fail{color:var(--bad)}.status.unproven{color:var(--warn)}.status.skipped{color:var(--soft)}
tr.skipped th,tr.skipped td{color:var(--soft)}
.front,.moved{color:var(--accent);font-size:12px;white-space:nowrap}
.mark{color:var(--soft)}
.interval{vertical-align:middle}
.interval .zero{stroke:var(--soft);opacity:.45}
.interval .whisker{stroke:var(--accent);stroke-width:1.5}
.interval circle{fill:var(--accent)}
tr.fail .interval circle{fill:var(--bad)}
tr.fail .interval .whisker{stroke:var(--bad)}
.noise{vertical-align:middle}
.noise rect{fill:var(--soft);opacity:.45}
.noise.moved rect{fill:var(--accent);opacity:1}
table.layers{width:auto;max-width:100%}
.fallback{font-size:12px}
.fallback.none{color:var(--bad)}.fallback.partial{color:var(--warn)}
ul{margin:0;padding-left:20px}
li{margin:4px 0;max-width:100ch;overflow-wrap:anywhere}
dl{display:grid;gap:4px 24px;grid-template-columns:max-content minmax(0,1fr);margin:0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media(max-width:860px){
main{padding:0 16px 48px}
header .soft{margin-left:0}
thead{display:none}
table,tbody,tr,th[scope=row],td{display:block;width:100%}
table.layers{width:100%}
tr{border-bottom:1px solid var(--hair);padding:8px 0}
th,td,td.number{border:0;height:auto;min-height:20px;padding:2px 0;text-align:left;white-space:normal}
td[data-label]::before{color:var(--soft);content:attr(data-label);display:inline-block;font:12px/20px var(--sans);min-width:104px}
td.drawn,tr.skipped td.number{display:none}
td.why{max-width:none}
td.why::before{display:block!important}
.plots{gap:24px 0}
dl{grid-template-columns:minmax(0,1fr);gap:0}
dd{margin-bottom:8px}
}
@media print{details{display:none}}
`;

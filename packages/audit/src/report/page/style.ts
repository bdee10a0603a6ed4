/** The page's style: the console's properties, so that both look alike. */
export const style = `
:root{color-scheme:light dark;--paper:light-dark(#fbfbfa,#131416);--raised:light-dark(#ffffff,#1a1c1f);--ink:light-dark(#1b1d20,#e8e9ea);--soft:light-dark(#5c6168,#9ba1a8);--hair:light-dark(#e2e3e1,#2b2e32);--accent:light-dark(#3553c4,#93a8ff);--device:light-dark(#0b7a62,#4fcfae);--edge:light-dark(#a35a00,#f0a64a);--cloud:light-dark(#7a3fb0,#c79bf2);--bad:light-dark(#b3261e,#ff8f85);--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;--sans:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/20px var(--sans);font-variant-numeric:tabular-nums}
main{margin:0 auto;max-width:1680px;padding:0 24px 64px}
header{border-bottom:1px solid var(--hair);padding:16px 0 12px}
header strong{font-size:16px;font-weight:600}
h1{font-size:20px;font-weight:600;line-height:28px;margin:28px 0 4px;max-width:64ch;text-wrap:balance}
h2{font-size:14px;font-weight:600;margin:0 0 8px}
section{margin-top:32px}
p{margin:4px 0;max-width:80ch}
.soft{color:var(--soft)}
.id,code{font-family:var(--mono);font-size:12px;overflow-wrap:anywhere}
.map{display:block;width:100%;height:auto;background:var(--hair)}
.dir rect{fill:var(--paper)}.dir text{fill:var(--soft);font:11px var(--mono)}
.dir.coupled{cursor:pointer}.dir.coupled rect{fill:var(--raised)}.dir.coupled text{fill:var(--ink)}
.dir:focus-visible rect,.dir.chosen rect{stroke:var(--accent);stroke-width:2}
.dir:focus{outline:none}
path.device{fill:var(--device)}path.edge{fill:var(--edge)}path.cloud{fill:var(--cloud)}
.legend{color:var(--soft);display:flex;flex-wrap:wrap;font-size:12px;gap:0 20px;margin-top:8px}
.legend svg{height:12px;vertical-align:-2px;width:12px;fill:var(--soft)}
form{align-items:end;display:flex;flex-wrap:wrap;gap:8px 16px;margin-bottom:12px}
label{color:var(--soft);display:grid;font-size:12px}
select,input,button{background:var(--raised);border:1px solid var(--hair);color:var(--ink);font:inherit;height:32px;padding:0 8px}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--hair);padding:6px 16px 6px 0;text-align:left;vertical-align:top}
thead th{color:var(--soft);font-size:12px;font-weight:400;white-space:nowrap}
td.tier{white-space:nowrap}.tier.device{color:var(--device)}.tier.edge{color:var(--edge)}.tier.cloud{color:var(--cloud)}
.severity{white-space:nowrap}.severity.high{color:var(--bad);font-weight:600}
.new{color:var(--accent);font-size:12px}
details summary{cursor:pointer}
details dl{margin:4px 0;max-width:90ch}dt{color:var(--soft);font-size:12px}dd{margin:0 0 4px}
[hidden]{display:none}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media(max-width:760px){main{padding:0 12px 48px}thead{display:none}tr{border-bottom:1px solid var(--hair);display:block;padding:8px 0}td,th{border:0;display:block;padding:2px 0}}
`;

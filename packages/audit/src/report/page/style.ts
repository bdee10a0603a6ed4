/** The page's style: the console's properties, so that both look alike. */
export const style = `
:root{color-scheme:light dark;--paper:light-dark(#fbfbfa,#131416);--raised:light-dark(#ffffff,#1a1c1f);--ink:light-dark(#1b1d20,#e8e9ea);--soft:light-dark(#5c6168,#9ba1a8);--hair:light-dark(#e2e3e1,#2b2e32);--accent:light-dark(#3553c4,#93a8ff);--device:light-dark(#0b7a62,#4fcfae);--edge:light-dark(#a35a00,#f0a64a);--cloud:light-dark(#7a3fb0,#c79bf2);--bad:light-dark(#b3261e,#ff8f85);--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;--sans:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/20px var(--sans);font-variant-numeric:tabular-nums}
main{margin:0 auto;max-width:1680px;padding:0 24px 64px}
header{align-items:baseline;border-bottom:1px solid var(--hair);display:flex;gap:12px;padding:16px 0 12px}
header strong{font-size:16px;font-weight:600}
h1{font-size:20px;font-weight:600;line-height:28px;margin:28px 0 4px;max-width:64ch;text-wrap:balance}
h2{font-size:14px;font-weight:600;margin:0 0 8px}
h3{font-size:14px;font-weight:400;margin:0;padding:12px 0 6px}
section{margin-top:32px}
p{margin:4px 0;max-width:80ch}
ul{margin:0;padding-left:20px}
.soft{color:var(--soft)}
.id,code{font-family:var(--mono);font-size:12px;overflow-wrap:anywhere}
.map{display:block;height:auto;margin-top:8px;width:100%}.map.narrow{display:none}
.map rect{fill:var(--paper);stroke:var(--hair)}.map text{fill:var(--soft);font:11px var(--mono);pointer-events:none}
.top>rect{fill:none}.top>text{fill:var(--soft)}
.dir.coupled{cursor:pointer}.dir.coupled>rect{fill:var(--raised);stroke:var(--soft)}.dir.coupled>text{fill:var(--ink)}
.dir.coupled:hover>rect,.dir:focus-visible>rect,.dir.chosen>rect{stroke:var(--accent);stroke-width:2}
.dir:focus{outline:none}
.tier.device{color:var(--device);fill:var(--device)}.tier.edge{color:var(--edge);fill:var(--edge)}.tier.cloud{color:var(--cloud);fill:var(--cloud)}
path.tier{stroke:transparent;stroke-width:5;stroke-opacity:0;pointer-events:all}path.faded{opacity:.15}path.lit,path.tier:hover{stroke:var(--accent);stroke-opacity:.5}
.calls{display:grid;gap:0 32px;grid-template-columns:252px minmax(0,1fr)}.calls>h2{grid-column:1/-1}
form{align-self:start;display:grid;gap:16px;max-height:100vh;overflow-y:auto;padding:4px 4px 16px 2px;position:sticky;top:0}
fieldset{border:0;margin:0;min-width:0;padding:0}
legend,.search{color:var(--soft);font-size:12px;padding:0}
.search{display:grid;gap:4px}
.chip{align-items:center;cursor:pointer;display:grid;gap:6px;grid-template-columns:16px auto minmax(0,1fr) 28px 28px;height:26px}
.chip .word{grid-column:3;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.chip svg{grid-column:2}
.chip .count{color:var(--soft);font-size:12px;text-align:right}.chip.none{opacity:.4}
.chip input{accent-color:var(--accent);margin:0}
svg{fill:currentColor}.chip svg,.where svg{flex:none;height:12px;width:12px}
meter{-webkit-appearance:none;appearance:none;background:none;border:0;height:6px;width:28px}meter::-webkit-meter-bar{background:none;border:0;height:6px}meter::-webkit-meter-optimum-value{background:var(--hair)}meter::-moz-meter-bar{background:var(--hair)}
.search input,button{background:var(--raised);border:1px solid var(--hair);color:var(--ink);font:inherit;height:32px;min-width:0;padding:0 8px;width:100%}
button{cursor:pointer}.empty button{width:auto}
.severity{font-weight:600}.severity.high{color:var(--bad)}.severity.medium{color:var(--edge)}
.call{border-top:1px solid var(--hair)}
.call summary{align-items:start;cursor:pointer;display:grid;gap:4px 16px;grid-template-columns:minmax(0,5fr) minmax(0,3fr) minmax(0,1.6fr) minmax(0,1.8fr) 52px;list-style:none;padding:6px 8px}
.call summary::-webkit-details-marker{display:none}
.call summary:hover,.call[open] summary{background:var(--raised)}
.call summary>*{overflow-wrap:anywhere}
.where{align-items:baseline;display:flex;gap:8px}.where svg{transform:translateY(1px)}.where b{display:inline-block;font-weight:600}
.sign{color:var(--ink);font-weight:600}
.new{color:var(--accent);font-size:12px}
.why{background:var(--raised);display:grid;gap:8px 32px;grid-template-columns:minmax(0,3fr) minmax(0,2fr);padding:8px 8px 20px 28px}
.evidence{list-style:none;margin:0;padding:0}.evidence li{margin-bottom:10px}
.place[href]{color:var(--accent)}
pre{background:var(--paper);border-left:2px solid var(--hair);margin:4px 0 0;overflow-x:auto;padding:4px 8px;white-space:pre-wrap}
dl{margin:0}dt{color:var(--soft);font-size:12px}dd{margin:0 0 10px;overflow-wrap:anywhere}
kbd{border:1px solid var(--hair);font:12px var(--mono);padding:0 4px}.keys{font-size:12px;margin-top:16px}
[hidden]{display:none!important}
:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
@media(max-width:1000px){.calls{grid-template-columns:minmax(0,1fr)}form{display:flex;flex-wrap:wrap;max-height:none;overflow:visible;position:static}fieldset{flex:1 1 200px}.search{flex:1 1 200px}form>button{width:auto}}
@media(max-width:760px){main{padding:0 12px 48px}.map.wide{display:none}.map.narrow{display:block}fieldset{display:flex;flex:1 1 100%;flex-wrap:wrap;gap:6px}legend{float:left;width:100%}.chip{border:1px solid var(--hair);display:flex;height:32px;padding:0 8px}.chip:has(:checked){border-color:var(--accent)}.chip input{height:1px;opacity:0;position:absolute;width:1px}.chip meter{display:none}.call summary{grid-template-columns:minmax(0,1fr) auto}.call summary .where{grid-column:1/-1}.call summary>:nth-child(3){grid-column:1;grid-row:3}.why{grid-template-columns:minmax(0,1fr);padding-left:8px}.keys{display:none}}
@media(max-width:760px){.chip:focus-within{outline:2px solid var(--accent)}}
`;

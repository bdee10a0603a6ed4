/**
 * The page's behaviour: facets filter the calls and fade the map's marks, counts follow, keys move,
 * and an address makes links of lines. Nothing is fetched or kept but the address, in the page's own.
 */
export const script = `
const $=(s,at=document)=>[...at.querySelectorAll(s)],form=document.getElementById('facets'),calls=$('.call');
if(form){
const shown=document.getElementById('shown'),empty=document.querySelector('.empty');
const facetsOf=call=>Object.fromEntries(call.dataset.facets.split(';').map(f=>{const at=f.indexOf('=');return [f.slice(0,at),f.slice(at+1).split(',').filter(Boolean)]}));
const known=calls.map(call=>({call,facets:facetsOf(call),text:call.textContent.toLowerCase(),marks:$('[data-call="'+call.id+'"]')}));
let directory='';
const within=d=>directory===''||d===directory||(directory!=='.'&&d.startsWith(directory+'/'));
const chosen=()=>{const all={};for(const box of $('input[type=checkbox]:checked',form))(all[box.name]??=[]).push(box.value);return all};
function show(){
  const wanted=chosen(),text=form.elements.text.value.toLowerCase();
  const fits=(one,but)=>within(one.call.dataset.directory)&&(text===''||one.text.includes(text))&&Object.entries(wanted).every(([facet,values])=>facet===but||values.some(v=>one.facets[facet].includes(v)));
  let n=0;
  for(const one of known){const fit=fits(one);one.call.hidden=!fit;for(const mark of one.marks)mark.classList.toggle('faded',!fit);if(fit)n++}
  for(const chip of $('.chip',form)){
    const box=chip.querySelector('input'),count=known.filter(one=>one.facets[box.name].includes(box.value)&&fits(one,box.name)).length;
    chip.querySelector('.count').textContent=count;chip.querySelector('meter').value=count;chip.classList.toggle('none',count===0&&!box.checked);
  }
  for(const group of $('.group'))group.hidden=$('.call:not([hidden])',group).length===0;
  shown.textContent=(n===known.length?String(n):n+' of '+known.length)+(directory?' in '+directory:'');
  empty.hidden=n>0;
  for(const box of $('.dir.coupled')){const is=directory!==''&&box.dataset.directory===directory;box.classList.toggle('chosen',is);box.setAttribute('aria-pressed',is)}
}
function open(call){
  if(call.hidden){form.reset();directory='';show()}
  call.open=true;call.querySelector('summary').focus();call.scrollIntoView({block:'center',behavior:matchMedia('(prefers-reduced-motion:reduce)').matches?'auto':'smooth'});
}
function link(){
  const base=form.elements.source.value.trim(),safe=/^(https?|vscode|idea|file):/.test(base);
  for(const a of $('.place'))if(safe)a.setAttribute('href',base.replace(/\\/?$/,'/')+a.dataset.file.split('/').map(encodeURIComponent).join('/')+(/^https?:/.test(base)?'#L':':')+a.dataset.line);else a.removeAttribute('href');
}
form.addEventListener('input',e=>{if(e.target.name==='source'){link();try{localStorage.setItem('selvedge-source',e.target.value)}catch{}}else show()});
form.addEventListener('submit',e=>e.preventDefault());
form.addEventListener('reset',()=>{const {source}=form.elements,kept=source.value;directory='';setTimeout(()=>{source.value=kept;show()})});
const choose=box=>{directory=directory===box.dataset.directory?'':box.dataset.directory;show()};
for(const box of $('.dir.coupled')){
  box.addEventListener('click',e=>{const call=e.target.closest('[data-call]');if(call)open(document.getElementById(call.dataset.call));else choose(box)});
  box.addEventListener('keydown',e=>{if(e.key==='Enter'||e.key===' '){e.preventDefault();choose(box)}});
}
for(const {call,marks} of known)for(const [event,on] of [['mouseenter',true],['mouseleave',false],['focusin',true],['focusout',false]])call.addEventListener(event,()=>{for(const mark of marks)mark.classList.toggle('lit',on)});
document.addEventListener('keydown',e=>{
  if(e.ctrlKey||e.metaKey||e.altKey)return;
  const typing=/^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName)&&document.activeElement.type!=='checkbox';
  if(e.key==='Escape'){form.reset();document.activeElement?.blur();return}
  if(typing)return;
  if(e.key==='/'){e.preventDefault();form.closest('section').scrollIntoView();form.elements.text.focus();return}
  const step={j:1,k:-1}[e.key];
  if(!step)return;
  const visible=calls.filter(c=>!c.hidden),at=visible.indexOf(document.activeElement?.closest('.call'));
  const next=visible[Math.max(0,Math.min(visible.length-1,at<0?0:at+step))];
  if(next){next.querySelector('summary').focus();next.scrollIntoView({block:'nearest'})}
});
const named=location.hash&&document.getElementById(location.hash.slice(1));
try{form.elements.source.value=localStorage.getItem('selvedge-source')??''}catch{}
link();show();
if(named&&named.classList.contains('call'))open(named);
}
`;

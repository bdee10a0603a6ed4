/** Filters the rows by the form and by the directory that was chosen on the map. */
export const script = `
const rows=[...document.querySelectorAll('tbody tr')],form=document.querySelector('form'),shown=document.getElementById('shown');
let directory='';
function show(){
  const wanted=Object.fromEntries(new FormData(form)),text=wanted.text.toLowerCase();let n=0;
  for(const row of rows){
    const {dataset:d}=row;
    const within=directory===''||d.directory===directory||(directory!=='.'&&d.directory.startsWith(directory+'/'));
    const fits=within&&['severity','service','sync','tier','kind','personal'].every(k=>!wanted[k]||d[k]===wanted[k])&&(text===''||row.textContent.toLowerCase().includes(text));
    row.hidden=!fits;if(fits)n++;
  }
  shown.textContent=n+' of '+rows.length+(directory?' in '+directory:'');
  for(const box of document.querySelectorAll('.dir'))box.classList.toggle('chosen',box.dataset.directory===directory);
}
form.addEventListener('input',show);
form.addEventListener('submit',e=>e.preventDefault());
form.addEventListener('reset',()=>{directory='';setTimeout(show)});
function choose(box){directory=directory===box.dataset.directory?'':box.dataset.directory;show()}
for(const box of document.querySelectorAll('.dir')){
  box.addEventListener('click',()=>choose(box));
  box.addEventListener('keydown',e=>{if(e.key==='Enter'||e.key===' '){e.preventDefault();choose(box)}});
}
show();
`;

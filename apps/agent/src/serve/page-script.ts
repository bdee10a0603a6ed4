/**
 * Brings the page up to date every few seconds, in place: what is open stays open, and a person
 * who selects text is not disturbed.
 */
export const pageScript = `
const refresh = async () => {
  if (document.hidden || String(getSelection())) return;
  try {
    const answer = await fetch('/', { headers: { accept: 'text/html' } });
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    for (const open of document.querySelectorAll('details[open]')) {
      next.querySelector('#' + open.id)?.setAttribute('open', '');
    }
    const focused = document.activeElement?.closest('details')?.id;
    document.querySelector('main').replaceWith(next);
    if (focused) document.querySelector('#' + focused + ' summary')?.focus();
    document.body.classList.remove('away');
  } catch {
    document.body.classList.add('away');
  }
};
setInterval(refresh, 3000);
`;

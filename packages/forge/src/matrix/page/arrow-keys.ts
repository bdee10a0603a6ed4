/**
 * The page's only script: arrow keys move from cell to cell, and what stands beyond the edge is told
 * while it does. Without it every cell is still reached with Tab and opened with Enter, which needs
 * none.
 */
export const arrowKeys = `
document.querySelector('.heat').addEventListener('keydown', (event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const td = event.target.closest('td');
  if (!step || !td) return;
  const row = td.parentElement;
  const rows = [...row.parentElement.rows];
  const next = rows[rows.indexOf(row) + step[0]]?.cells[td.cellIndex + step[1]]?.querySelector('button');
  if (!next) return;
  event.preventDefault();
  next.focus();
});
const scroll = document.querySelector('.scroll');
const tell = () => {
  const more = scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 4;
  scroll.classList.toggle('more', more);
  document.querySelector('.sideways').hidden = scroll.scrollWidth <= scroll.clientWidth + 4;
};
scroll.addEventListener('scroll', tell);
addEventListener('resize', tell);
tell();
`;

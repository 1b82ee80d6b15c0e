// Keys for lists that are worked through: J down, K up, / to the search field.
// Enter opens, because the focus stands on the row's own link.
export function lists(page) {
  const list = page.querySelector('[data-keys]');
  const field = page.querySelector('[data-search]');
  if (!list && !field) return;
  page.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e.target)) return;
    const key = e.key.toLowerCase();
    if (key === '/' && field) {
      e.preventDefault();
      field.focus();
    } else if (list && (key === 'j' || key === 'k')) {
      e.preventDefault();
      step(list, key === 'j' ? 1 : -1);
    }
  });
}

function typing(at) {
  return at.isContentEditable || /^(input|select|textarea)$/i.test(at.tagName);
}

function step(list, by) {
  const rows = [...list.querySelectorAll('.z-row')];
  const here = rows.findIndex(row => row.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + by, 0), rows.length - 1);
  const link = rows[next] && rows[next].querySelector('a');
  if (!link) return;
  link.focus();
  link.scrollIntoView({ block: 'nearest' });
}

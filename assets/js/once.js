// A form is sent once: a second click while the first is under way does
// nothing. The server guards itself as well; this spares the person a doubt.
const patience = 10000; // after that they may try again, as when the line is bad

export function once(page) {
  page.addEventListener('submit', e => {
    if (e.defaultPrevented || e.target.method === 'dialog') return;
    if (e.target.dataset.sent) return e.preventDefault();
    mark(e.target, true);
    setTimeout(() => mark(e.target, false), patience);
  });
  // Coming back with the browser's own button must not find a dead form.
  addEventListener('pageshow', () => page.querySelectorAll('form[data-sent]').forEach(f => mark(f, false)));
}

function mark(form, sent) {
  if (sent) form.dataset.sent = '1'; else delete form.dataset.sent;
  form.querySelectorAll('button:not([type=button])').forEach(b => {
    if (sent && b.getAttribute('aria-disabled') !== 'true') {
      b.setAttribute('aria-disabled', 'true');
      b.dataset.held = '1';
    } else if (!sent && b.dataset.held) {
      b.removeAttribute('aria-disabled');
      delete b.dataset.held;
    }
  });
}

// A field that depends on another answer is shown only when that answer is
// given. Without script it stays visible; the server asks for it only then.
export function when(page) {
  for (const part of page.querySelectorAll('[data-when]')) {
    const form = part.closest('form'), words = part.dataset.in.split('|');
    const show = () => {
      const chosen = form.querySelector(`[name="${CSS.escape(part.dataset.when)}"]:checked`);
      const on = !!chosen && words.includes(chosen.value);
      part.hidden = !on;
      part.querySelectorAll('input, textarea, select').forEach(c => { c.disabled = !on; });
    };
    form.addEventListener('change', show);
    show();
  }
}

// A part that waits for answers from elsewhere fetches itself until they are
// there. Without script the server waits instead, and the page comes whole.
const pause = 300;

export function arrive(page) {
  page.querySelectorAll('[data-script]').forEach(field => { field.value = '1'; });
  const part = page.querySelector('[data-arrive]');
  if (part) setTimeout(() => fetchAgain(part), pause);
}

async function fetchAgain(part) {
  let text = '';
  try {
    const answer = await fetch(part.dataset.arrive, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    text = await answer.text();
  } catch {
    setTimeout(() => fetchAgain(part), 10 * pause);
    return;
  }
  const holder = document.createElement('template');
  holder.innerHTML = text;
  const next = holder.content.firstElementChild;
  part.replaceWith(next);
  arrive(document);
}

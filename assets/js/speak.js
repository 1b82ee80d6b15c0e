// Reads the page aloud. The button is hidden where the browser cannot speak.
const longest = 180; // some browsers fall silent in the middle of a long text

export function speak(page) {
  if (!('speechSynthesis' in window)) return;
  page.querySelectorAll('[data-say]').forEach(button => {
    button.hidden = false;
    button.addEventListener('click', () => toggle(page, button));
  });
  addEventListener('pagehide', () => speechSynthesis.cancel());
}

function toggle(page, button) {
  const silent = !speechSynthesis.speaking;
  speechSynthesis.cancel();
  label(button, silent);
  if (!silent) return;
  const parts = sentences(text(page));
  parts.forEach((part, i) => {
    const u = new SpeechSynthesisUtterance(part);
    u.lang = 'zh-CN';
    u.rate = .85;
    if (i === parts.length - 1) u.onend = () => label(button, false);
    speechSynthesis.speak(u);
  });
}

function label(button, speaking) {
  button.setAttribute('aria-pressed', String(speaking));
  const words = button.querySelector('span');
  if (words) words.textContent = speaking ? '停下来' : '读给我听';
}

// The buttons of the frame are not part of what is read.
function text(page) {
  const main = page.querySelector('main');
  const frame = main.querySelector('.z-aloud');
  return frame ? main.innerText.replace(frame.innerText, '') : main.innerText;
}

function sentences(all) {
  const out = [];
  for (const line of all.replace(/[。！？；]/g, '$&\n').split('\n')) {
    for (let rest = line.trim(); rest; rest = rest.slice(longest)) out.push(rest.slice(0, longest));
  }
  return out;
}

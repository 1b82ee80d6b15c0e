// The villages' pages on a bad line: a form is kept while it is written, waits
// when there is no line, and says what has arrived.
import { able, belongs, drop, keep, list, send, wipe, written } from './js/outbox.js';

const frame = document.querySelector('[data-village]');
const form = document.querySelector('form[data-outbox]');
const who = frame && frame.dataset.village;

if (frame && able()) start();
ways();
sign();
spot();

async function start() {
  if ('serviceWorker' in navigator) navigator.serviceWorker.register('/village/sw.js', { scope: '/village/' }).catch(() => {});
  const offline = frame.querySelector('[data-offline]');
  const line = () => { offline.hidden = navigator.onLine; };
  line();
  addEventListener('offline', line);
  addEventListener('online', () => { line(); flush(); });
  signOut();
  await belongs(who);
  if (form) await writing();
  await show();
  await flush();
  setInterval(flush, 30000);
}

async function flush() {
  if (!navigator.onLine) return;
  const before = JSON.stringify((await list()).map(one => one.state));
  const end = await send();
  if (end === 'sign' || JSON.stringify((await list()).map(one => one.state)) !== before) await show(end);
}

// A form is kept while it is written, under its address.
async function writing() {
  const draft = location.pathname;
  const edit = location.hash.startsWith('#edit=') ? location.hash.slice(6) : '';
  const old = edit ? await written('out', edit) : await written('draft', draft);
  if (old) restore(old);
  let timer = 0;
  let saving = Promise.resolve();
  const save = () => { saving = saving.then(() => keep('draft', who, { ...entry(), id: draft })).catch(() => {}); };
  const soon = () => { if (!timer) timer = setTimeout(() => { timer = 0; save(); }, 300); };
  form.addEventListener('input', soon);
  form.addEventListener('change', soon);
  document.addEventListener('submit', async e => {
    if (e.target !== form) return;
    e.preventDefault();
    e.stopPropagation();
    if (form.dataset.busy) return;
    form.dataset.busy = '1';
    clearTimeout(timer);
    timer = 0;
    await saving;
    try {
      await handIn(draft, edit);
    } finally {
      delete form.dataset.busy;
    }
  }, true);
}

async function handIn(draft, edit) {
  const one = { ...entry(), id: unique() };
  await keep('out', who, one);
  await drop('draft', draft);
  if (edit) await drop('out', edit);
  const worker = 'serviceWorker' in navigator && await navigator.serviceWorker.getRegistration('/village/');
  if (worker && worker.sync) worker.sync.register('outbox').catch(() => {});
  if (navigator.onLine) await send();
  const now = (await list()).find(o => o.id === one.id) || {};
  if (now.state === 'bad') {
    await keep('draft', who, { ...one, id: draft });
    await drop('out', one.id);
    return wrong(now);
  }
  location.href = now.state === 'done' ? now.href : '/village/';
}

function unique() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('');
}

function entry() {
  const fields = [...new FormData(form)].filter(([name]) => name !== 'key');
  const named = fields.find(([name]) => name === form.dataset.name);
  return { title: form.dataset.outbox, name: named ? named[1] : '', url: form.getAttribute('action'), fields };
}

function restore(old) {
  const texts = new Map(), files = new Map();
  old.fields.forEach(([name, v]) => { const m = v instanceof File ? files : texts; m.set(name, (m.get(name) || []).concat([v])); });
  for (const el of form.elements) {
    const said = texts.get(el.name) || [];
    if (el.type === 'radio' || el.type === 'checkbox') el.checked = said.includes(el.value);
    else if (el.type === 'file') { if (files.has(el.name)) hold(el, files.get(el.name)); }
    else if (el.name && el.type !== 'submit' && said.length) el.value = said[0];
  }
  form.dispatchEvent(new Event('restored'));
  note('上次没写完的还在，接着写就行。');
}

function hold(input, files) {
  if (typeof DataTransfer !== 'function') return;
  const bag = new DataTransfer();
  files.forEach(f => bag.items.add(f));
  input.files = bag.files;
  input.dispatchEvent(new Event('change'));
}

function note(text) {
  const box = document.createElement('div');
  box.className = 'z-box info';
  box.setAttribute('role', 'status');
  box.textContent = text;
  form.before(box);
}

// wrong says what is to be put right, each beside a way to its field.
function wrong(now) {
  form.parentNode.querySelectorAll('.z-box.bad').forEach(old => old.remove());
  const box = document.createElement('section');
  box.className = 'z-box bad';
  box.setAttribute('role', 'alert');
  box.tabIndex = -1;
  const ul = document.createElement('ul');
  ul.className = 'z-plain';
  const problems = now.problems && now.problems.length ? now.problems : [{ sentence: now.sentence }];
  problems.forEach(p => {
    const li = document.createElement('li');
    if (p.field) {
      const a = document.createElement('a');
      a.href = '#f-' + p.field;
      a.textContent = p.sentence;
      li.append(a);
    } else li.textContent = p.sentence;
    ul.append(li);
  });
  box.append(ul);
  form.before(box);
  box.focus();
}

const words = { wait: ['wait', '待发送'], done: ['ok', '已送达'], bad: ['bad', '要改'] };

async function show(end) {
  const card = document.querySelector('[data-outbox-list]');
  if (!card) return;
  const all = await list();
  card.hidden = all.length === 0;
  card.querySelector('ul').replaceChildren(...all.map(one => row(one, end)));
  const button = card.querySelector('[data-send]');
  button.hidden = !all.some(one => one.state === 'wait');
  button.onclick = flush;
}

function row(one, end) {
  const li = document.createElement('li');
  const chip = document.createElement('span');
  chip.className = 'z-chip ' + words[one.state][0];
  chip.textContent = words[one.state][1];
  const text = document.createElement('span');
  text.textContent = ' ' + [one.title, one.name].filter(Boolean).join('：') + ' ';
  li.append(chip, text);
  const more = document.createElement('small');
  more.className = 'z-note d-block';
  if (one.state === 'wait') more.textContent = end === 'sign' ? '登录过期了。请重新登录，登录以后会自动发。' : '有网了会自动发。';
  else more.textContent = one.said || one.sentence || '';
  li.append(more);
  const to = one.state === 'done' ? [one.href, '看一看'] : one.state === 'bad' ? [one.url + '#edit=' + one.id, '改一改'] : end === 'sign' ? ['/staff/sign-in?next=/village/', '去登录'] : null;
  if (to) {
    const a = document.createElement('a');
    a.href = to[0];
    a.textContent = to[1];
    li.append(a);
  }
  return li;
}

// Signing out forgets everything; what has not been sent is asked about first.
function signOut() {
  document.addEventListener('submit', async e => {
    if (!/\/sign-out$/.test(e.target.getAttribute('action') || '')) return;
    e.preventDefault();
    e.stopPropagation();
    const waits = (await list()).filter(one => one.state !== 'done').length;
    if (waits && !confirm('还有 ' + waits + ' 件没有发出去，退出登录会把它们从手机上删掉。真的退出吗？')) return;
    await wipe();
    for (const name of await caches.keys()) if (name.startsWith('village-')) await caches.delete(name);
    e.target.submit();
  }, true);
}

// Of the ways of a mandate only the chosen one asks for something.
function ways() {
  if (!form) return;
  const parts = form.querySelectorAll('[data-way]');
  const turn = () => {
    const on = form.querySelector('[name=way]:checked');
    parts.forEach(p => { p.hidden = !on || p.dataset.way !== on.value; });
  };
  if (parts.length) { turn(); form.addEventListener('change', turn); form.addEventListener('restored', turn); }
}

// sign lets somebody write their name with a finger.
function sign() {
  const box = form && form.querySelector('[data-sign]');
  if (!box) return;
  const canvas = box.querySelector('canvas'), input = box.querySelector('input'), pen = canvas.getContext('2d');
  const clear = () => { pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height); pen.lineWidth = 5; pen.lineCap = 'round'; pen.strokeStyle = '#1d2a26'; };
  const at = e => { const r = canvas.getBoundingClientRect(); return [(e.clientX - r.left) * canvas.width / r.width, (e.clientY - r.top) * canvas.height / r.height]; };
  let down = false;
  clear();
  canvas.style.touchAction = 'none';
  canvas.addEventListener('pointerdown', e => { down = true; pen.beginPath(); pen.moveTo(...at(e)); canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener('pointermove', e => { if (down) { pen.lineTo(...at(e)); pen.stroke(); } });
  canvas.addEventListener('pointerup', () => {
    down = false;
    canvas.toBlob(b => { hold(input, [new File([b], '签名.png', { type: 'image/png' })]); form.dispatchEvent(new Event('change')); }, 'image/png');
  });
  box.querySelector('button').addEventListener('click', () => { clear(); input.value = ''; });
  form.addEventListener('restored', () => {
    if (!input.files.length) return;
    const img = new Image();
    img.onload = () => { pen.drawImage(img, 0, 0); URL.revokeObjectURL(img.src); };
    img.src = URL.createObjectURL(input.files[0]);
  });
}

// spot writes down where the telephone is, only when asked to.
function spot() {
  const box = form && form.querySelector('[data-spot]');
  if (!box || !navigator.geolocation) return;
  box.hidden = false;
  const said = box.querySelector('button span');
  box.querySelector('button').addEventListener('click', () => {
    said.textContent = '正在找位置……';
    navigator.geolocation.getCurrentPosition(p => {
      box.querySelector('input').value = p.coords.latitude.toFixed(5) + ',' + p.coords.longitude.toFixed(5);
      said.textContent = '位置记下了';
      form.dispatchEvent(new Event('change'));
    }, () => { said.textContent = '没有找到位置，不记也行'; }, { timeout: 15000 });
  });
}

// What was written without a line, kept in this telephone until it has arrived.
// Every entry has a key of its own: sent five times it arrives once. It is
// sealed with a key that is not extractable and dies at sign-out, when somebody
// else signs in, and HOURS after the last writing. docs/guides/村级代办.md says
// what that protects and what it does not.
const HOURS = 72;
const PATIENCE = 60000;

export const able = () => !!(self.crypto && crypto.subtle && self.indexedDB && crypto.getRandomValues);

function ask(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  const r = indexedDB.open('village', 1);
  r.onupgradeneeded = () => ['key', 'out', 'draft'].forEach(name => r.result.createObjectStore(name, { keyPath: 'id' }));
  return ask(r);
}

async function within(store, mode, f) {
  const db = await open();
  try {
    const t = db.transaction(store, mode, { durability: 'strict' }); // a telephone that runs empty now must not lose it
    const done = new Promise((resolve, reject) => { t.oncomplete = resolve; t.onabort = t.onerror = () => reject(t.error); });
    const got = await f(t.objectStore(store));
    await done;
    return got;
  } finally {
    db.close();
  }
}

const get = (store, id) => within(store, 'readonly', s => ask(s.get(id)));
const put = (store, one) => within(store, 'readwrite', s => ask(s.put(one)));
export const drop = (store, id) => within(store, 'readwrite', s => ask(s.delete(id)));

// wipe forgets everything: without the key nothing can be read.
export async function wipe() {
  for (const store of ['key', 'out', 'draft']) await within(store, 'readwrite', s => ask(s.clear()));
}

// held is the key, or nothing when it has died.
async function held() {
  const k = await get('key', 'key');
  if (k && k.until > Date.now()) return k;
  if (k) await wipe();
  return null;
}

// belongs sees to it that the telephone holds nothing of somebody else's.
export async function belongs(who) {
  const k = await held();
  if (k && k.who !== who) await wipe();
}

async function keyOf(who) {
  const old = await held();
  const key = old ? old.key : await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  await put('key', { id: 'key', key, who, until: Date.now() + HOURS * 3600000 });
  return key;
}

async function seal(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes) };
}

const unseal = (key, s) => crypto.subtle.decrypt({ name: 'AES-GCM', iv: s.iv }, key, s.data);
const sealText = (key, v) => seal(key, new TextEncoder().encode(JSON.stringify(v)));
const unsealText = async (key, s) => JSON.parse(new TextDecoder().decode(await unseal(key, s)));

// keep seals what was written, with its photos, in a store.
export async function keep(store, who, one) {
  const key = await keyOf(who);
  const texts = [], files = [];
  for (const [name, value] of one.fields) {
    if (typeof value === 'string') texts.push([name, value]);
    else if (value.size) files.push({ name, file: value.name, type: value.type, ...await seal(key, await value.arrayBuffer()) });
  }
  const about = await sealText(key, { title: one.title, name: one.name, url: one.url });
  await put(store, { id: one.id, at: Date.now(), state: 'wait', about, texts: await sealText(key, texts), files });
}

// written opens an entry again: its fields, with its photos as files.
export async function written(store, id) {
  const k = await held();
  const one = k && await get(store, id);
  if (!one || !one.texts) return null;
  const fields = await unsealText(k.key, one.texts);
  for (const f of one.files) fields.push([f.name, new File([await unseal(k.key, f)], f.file, { type: f.type })]);
  return { ...await unsealText(k.key, one.about), id, fields };
}

// list is everything that was sent or waits, the newest first.
export async function list() {
  const k = await held();
  if (!k) return [];
  const all = await within('out', 'readonly', s => ask(s.getAll()));
  const out = [];
  for (const one of all.sort((a, b) => b.at - a.at)) {
    const answer = one.answer ? await unsealText(k.key, one.answer) : {};
    out.push({ id: one.id, at: one.at, state: one.state, ...await unsealText(k.key, one.about), ...answer });
  }
  return out;
}

async function answered(key, id, state, answer) {
  const one = await get('out', id);
  if (!one) return;
  one.state = state;
  one.answer = await sealText(key, answer);
  if (state === 'done') { delete one.texts; delete one.files; }
  await put('out', one);
}

// post sends one entry and says how it ended: done, bad (to be put right),
// sign (nobody is signed in) or wait.
async function post(k, one) {
  const body = new FormData();
  one.fields.forEach(([name, value]) => value instanceof File ? body.append(name, value, value.name) : body.append(name, value));
  body.set('key', one.id);
  body.set('who', k.who);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const res = await fetch(one.url, { method: 'POST', body, headers: { Accept: 'application/json' }, credentials: 'same-origin', redirect: 'manual', signal: stop.signal });
    if (res.status === 401) return ['sign', {}];
    const answer = await res.json();
    if (res.ok && answer.href) return ['done', answer];
    if ([400, 403, 404, 409, 413, 422].includes(res.status) && answer.sentence) return ['bad', { sentence: answer.sentence, problems: answer.problems || [] }];
  } catch (e) { /* no line, or somebody else's page in between: it waits */ } finally {
    clearTimeout(timer);
  }
  return ['wait', {}];
}

// send sends what waits, one after the other, and says how the last one ended.
export async function send() {
  const locked = self.navigator && navigator.locks;
  return locked ? navigator.locks.request('village', sendAll) : sendAll();
}

async function sendAll() {
  let last = 'none';
  for (const { id, state } of (await list()).reverse()) {
    if (state !== 'wait') continue;
    const k = await held(), one = await written('out', id);
    if (!k || !one) continue;
    const [end, answer] = await post(k, one);
    last = end;
    if (end === 'done' || end === 'bad') await answered(k.key, id, end, answer);
    else break;
  }
  return last;
}

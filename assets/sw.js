// Keeps the villages' pages for when there is no line, and sends what waits
// when it comes back, even if no page is open.
import { able, send } from './js/outbox.js';

const KEEP = self.KEEP;
const name = 'village-' + KEEP.version;
const PATIENCE = 8000; // a line that answers nothing for so long is none

async function keepAll() {
  const cache = await caches.open(name);
  await cache.addAll(KEEP.assets);
  for (const page of KEEP.pages) {
    const res = await fetch(page, { credentials: 'same-origin' });
    if (!res.ok || res.redirected) throw new Error('not signed in');
    await cache.put(page, res);
  }
}

self.addEventListener('install', e => e.waitUntil(keepAll().then(() => self.skipWaiting())));

self.addEventListener('activate', e => e.waitUntil((async () => {
  for (const old of await caches.keys()) if (old.startsWith('village-') && old !== name) await caches.delete(old);
  await self.clients.claim();
})()));

self.addEventListener('fetch', e => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== location.origin) return;
  if (KEEP.assets.includes(url.pathname)) e.respondWith(kept(url.pathname).then(r => r || fetch(e.request)));
  else if (e.request.mode === 'navigate' && url.pathname.startsWith('/village')) e.respondWith(page(e.request, url.pathname));
});

const kept = async path => (await caches.open(name)).match(path);

// page asks the line first: what is kept is for when there is none.
async function page(request, path) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(request, { signal: stop.signal });
  } catch (e) {
    const known = KEEP.pages.includes(path) ? await kept(path) : null;
    return known || await kept('/village/shell') || Response.error();
  } finally {
    clearTimeout(timer);
  }
}

self.addEventListener('sync', e => { if (e.tag === 'outbox' && able()) e.waitUntil(later()); });

// later asks to be woken again while something waits.
async function later() {
  if (await send() === 'wait') throw new Error('no line yet');
}

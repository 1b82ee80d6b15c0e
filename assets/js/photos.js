// Shows what was chosen in a file field, keeps the first photo when a second
// is taken, and lets each be put away again.
export function photos(page) {
  page.querySelectorAll('input[type=file][data-preview]').forEach(input => {
    const list = page.getElementById(input.dataset.preview);
    if (!list || typeof DataTransfer !== 'function') return;
    let kept = [];
    const show = () => {
      const bag = new DataTransfer();
      kept.forEach(file => bag.items.add(file));
      input.files = bag.files;
      list.querySelectorAll('img').forEach(img => URL.revokeObjectURL(img.src));
      list.replaceChildren(...kept.map((file, i) => row(file, () => {
        kept = kept.filter((_, n) => n !== i);
        show();
        input.focus();
      })));
    };
    input.addEventListener('change', () => {
      kept = input.multiple ? kept.concat([...input.files].filter(f => !kept.some(k => same(k, f)))) : [...input.files];
      show();
    });
  });
}

function same(a, b) {
  return a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
}

function row(file, drop) {
  const li = document.createElement('li');
  if (file.type.startsWith('image/')) {
    const img = document.createElement('img');
    img.src = URL.createObjectURL(file);
    img.alt = '';
    li.append(img);
  }
  const name = document.createElement('span');
  name.textContent = file.name + '，' + size(file.size);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn btn-quiet';
  button.textContent = '不要这张';
  button.setAttribute('aria-label', '不要这张：' + file.name);
  button.addEventListener('click', drop);
  li.append(name, button);
  return li;
}

function size(n) {
  return n < 1 << 20 ? Math.max(1, Math.round(n / 1024)) + ' KB' : (n / (1 << 20)).toFixed(1) + ' MB';
}

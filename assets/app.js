// What makes the pages pleasanter. Every page works without it.
import { arrive } from './js/arrive.js';
import { lists } from './js/lists.js';
import { once } from './js/once.js';
import { photos } from './js/photos.js';
import { speak } from './js/speak.js';
import { when } from './js/when.js';

document.documentElement.classList.add('js');
once(document);
speak(document);
lists(document);
photos(document);
when(document);
arrive(document);

// A form that came back starts where it says what is to be put right.
const first = document.querySelector('[data-focus]');
if (first) first.focus();

// Leaves out of the kit's style sheet what no page of ours uses. Words that
// stand in our pages come in, one a line; the smaller sheet goes out.
import { readFileSync } from 'node:fs';
import { PurgeCSS } from 'purgecss';

const words = readFileSync(0, 'utf8');
const [sheet] = await new PurgeCSS().purge({
  content: [{ raw: words, extension: 'txt' }],
  css: [{ raw: readFileSync('node_modules/@tabler/core/dist/css/tabler.min.css', 'utf8') }],
  defaultExtractor: text => text.split('\n'),
  keyframes: true,
  // Classes that come with data or from code, so that they stand in no page as a word.
  safelist: { standard: ['js', 'elder', 'card-header', 'card-footer', 'form-check', 'form-check-label', 'form-check-input'], greedy: [/:focus-visible/] },
});
process.stdout.write(sheet.css);

// The page: a row, a pipeline as cards and as text, and what the one makes of the other.
import { load } from './argdraw.mjs';
import { Bars, h } from './bars.mjs';
import { Adder, Card } from './cards.mjs';
import { Draws, lawOf, tokenOf } from './laws.mjs';
import { Model } from './model.mjs';
import { picture } from './picture.mjs';
import { idsOf, ownRow, rows, rowText } from './rows.mjs';
import { storyteller } from './story.mjs';

const $ = (id) => document.getElementById(id);
const get = (name) => fetch(name);
const tenThousand = 10000;

let argdraw, elements, model;
const state = { row: 'fruit', prompt: '', said: '', seed: '42', sequence: '0', own: '', model: rows.model.prompt, spoken: [] };
let row = { names: [], logits: new Float32Array(), prompt: [], output: [] };
let cards = [];
let draw;
let seen; // what was drawn ten thousand times last
let result = { laws: [] };

// ---- the row -----------------------------------------------------------------------------------------------------------------------

const say = (sentence) => ($('live').textContent = sentence);

async function openModel() {
  if (model) return;
  $('row-about').textContent = 'Fetching the model, two megabytes.';
  model = await Model.open(argdraw, get);
}

/** The row as the controls have it; throws a sentence. */
function readRow() {
  if (state.row === 'model') {
    const prompt = model.encode(state.model);
    return { names: model.names, logits: model.row([...prompt, ...state.spoken]), prompt, output: state.spoken };
  }
  const from = state.row === 'own' ? ownRow(state.own) : rows[state.row];
  return { names: from.names, logits: Float32Array.from(from.logits), prompt: idsOf(state.prompt, from.names), output: idsOf(state.said, from.names) };
}

async function chooseRow(name, given = {}) {
  if (name === 'own' && !state.own) state.own = rowText(row);
  const from = rows[name];
  const before = { ...state };
  state.row = name;
  if (from?.names) {
    state.prompt = from.prompt.map((id) => from.names[id]).join(' ');
    state.said = from.output.map((id) => from.names[id]).join(' ');
  }
  Object.assign(state, given);
  if (name === 'model') {
    try {
      await openModel();
    } catch (error) {
      Object.assign(state, before);
      showRow();
      throw error;
    }
  }
  if (state.row !== name) return; // another was chosen meanwhile
  showRow();
  if (readAgain()) makeCards(cards.map((each) => [each.about, each.values]), [draw.about, draw.values]);
}

function showRow() {
  const isModel = state.row === 'model';
  $('presets').querySelectorAll('input').forEach((each) => (each.checked = each.value === state.row));
  $('row-about').textContent = rows[state.row]?.about ?? 'A row of your own: a name and a logit on each line. Probabilities grow with e to the power of the logit.';
  $('own').hidden = state.row !== 'own';
  $('own-text').value = state.own;
  $('prompt').value = isModel ? state.model : state.prompt;
  $('said').value = isModel ? state.spoken.map((id) => model.names[id]).join('') : state.said;
  $('said').readOnly = isModel;
}

/** What has been said in words that a row of one's own has not is forgotten. */
function forgetWords() {
  let names;
  try {
    ({ names } = ownRow(state.own));
  } catch {
    return; // readAgain() says why
  }
  for (const key of ['prompt', 'said']) {
    state[key] = state[key].split(/\s+/).filter((word) => names.includes(word)).join(' ');
    $(key).value = state[key];
  }
}

/** Whether the controls make a row. */
function readAgain() {
  $('row-error').hidden = true;
  try {
    row = readRow();
    return true;
  } catch (error) {
    $('row-error').textContent = error.message;
    $('row-error').hidden = false;
    return false;
  }
}

// ---- the cards -----------------------------------------------------------------------------------------------------------------------

/** An element as its example has it, with a second row that is as wide as this one. */
function exampleOf(about) {
  return about.parameters.map((each) => (each.kind === 'row' ? `[${[...row.logits].reverse().map((l) => (Number.isFinite(l) ? +l.toFixed(2) : l > 0 ? 'inf' : '-inf')).join(', ')}]` : each.example));
}

function cardOf([about, values]) {
  const card = new Card(about, values, row.names, { changed: () => update(), move: (by) => move(card, by), remove: () => remove(card) });
  return card;
}

function makeCards(stages, last) {
  cards = stages.map(cardOf);
  makeDraw(last);
  layOut();
  update();
}

function makeDraw([about, values]) {
  const kinds = elements.filter((each) => each.draw);
  draw = new Card(about, values, row.names, { changed: () => update() });
  draw.bars = new Bars('draws');
  const choice = h('select', { id: 'draw', onchange: () => {
    const chosen = elements.find((each) => each.name === choice.value);
    makeDraw([chosen, exampleOf(chosen)]);
    layOut();
    update();
    $('draw').focus();
  } }, ...kinds.map((each) => h('option', { value: each.name, selected: each === about }, each.name)));
  const number = (key, title) => h('div', {}, h('label', { for: key }, title), h('input', { id: key, type: 'text', inputMode: 'numeric', value: state[key], autocomplete: 'off', oninput: (event) => {
    if (!/^\d{1,19}$/.test(event.target.value.trim())) return;
    state[key] = event.target.value.trim();
    update();
  } }));
  draw.token = h('p', { class: 'token', role: 'status' });
  draw.note = h('p', { class: 'hint' });
  draw.side.prepend(h('label', { for: 'draw' }, 'The draw'), choice, h('div', { class: 'seeds' }, number('seed', 'Seed'), number('sequence', 'Text number')));
  draw.side.append(h('div', { class: 'line' },
    h('button', { type: 'button', id: 'next', onclick: () => {
      state.sequence = String(BigInt(state.sequence) + 1n);
      $('sequence').value = state.sequence;
      update();
    } }, 'Draw another'),
    h('button', { type: 'button', id: 'accept', onclick: speak }, 'Say it'),
    h('button', { type: 'button', id: 'back', onclick: takeBack }, 'Take back')));
  draw.result.replaceChildren(draw.error, draw.token, draw.left, draw.bars.element, draw.note);
  draw.element.classList.add('last');
}

const adder = new Adder((about) => {
  const card = cardOf([about, exampleOf(about)]);
  cards.push(card);
  layOut();
  update();
  card.heading.focus();
  say(`${about.name} added as stage ${cards.length}`);
});

function layOut() {
  const before = document.activeElement;
  const wanted = [...cards.map((each) => each.element), adder.element, draw.element];
  const list = $('cards');
  if (list.children.length !== wanted.length || wanted.some((each, i) => list.children[i] !== each)) list.replaceChildren(...wanted);
  cards.forEach((each, i) => {
    each.up.disabled = i === 0;
    each.down.disabled = i === cards.length - 1;
  });
  if (before?.isConnected && before !== document.activeElement && !before.disabled) before.focus();
}

function move(card, by) {
  const from = cards.indexOf(card);
  cards.splice(from, 1);
  cards.splice(from + by, 0, card);
  layOut();
  if (document.activeElement === document.body) (by < 0 ? card.down : card.up).focus();
  update();
  say(`${card.about.name} is now stage ${from + by + 1} of ${cards.length}`);
}

function remove(card) {
  const at = cards.indexOf(card);
  cards.splice(at, 1);
  layOut();
  (cards[at] ?? cards[at - 1])?.heading.focus();
  if (!cards.length) $('stage').focus();
  update();
  say(`${card.about.name} removed`);
}

// ---- the text so far ------------------------------------------------------------------------------------------------------------------

function speak() {
  if (!result.token) return;
  if (state.row === 'model') state.spoken = [...state.spoken, result.token.id];
  else state.said = `${state.said} ${row.names[result.token.id]}`.trim();
  showRow();
  if (readAgain()) update();
}
function takeBack() {
  if (state.row === 'model') state.spoken = state.spoken.slice(0, -1);
  else state.said = state.said.split(/\s+/).slice(0, -1).join(' ');
  showRow();
  if (readAgain()) update();
}

// ---- what becomes of it ---------------------------------------------------------------------------------------------------------------

const textOf = (stages, last) => [...stages.map((each) => each.text), last].join(' | ');

/** The sentence of what f throws; undefined, and its value in kept.value, where it does not. */
function attempt(kept, f) {
  try {
    kept.value = f();
    return undefined;
  } catch (error) {
    if (error.name !== 'ArgdrawError') throw error;
    return error.message;
  }
}

function update({ keepText = false } = {}) {
  const options = { seed: state.seed, sequence: state.sequence, prompt: row.prompt, output: row.output };
  const kept = {};
  const text = textOf(cards, draw.text);
  const wrong = attempt(kept, () => argdraw.parse(text));
  if (!wrong) {
    result.text = String(kept.value);
    kept.value.free();
    if (!keepText) $('pipeline').value = result.text;
    $('story-pipeline').textContent = result.text;
    showTextError();
  }
  result.laws = [];
  result.error = wrong;
  let before = { value: undefined };
  attempt(before, () => lawOf(argdraw, 'categorical', row.logits, options));
  result.raw = before.value;
  for (const [i, card] of cards.entries()) {
    const now = {};
    const alone = attempt({}, () => argdraw.parse(textOf([card], 'categorical')).free());
    const sentence = alone ?? (result.laws.length < i ? 'A stage before this one has to be mended first.' : attempt(now, () => lawOf(argdraw, textOf(cards.slice(0, i + 1), 'categorical'), row.logits, options)));
    card.fail(sentence);
    card.result.classList.toggle('stale', Boolean(sentence));
    if (!sentence) result.laws.push(now.value);
    card.bars.element.hidden = card.left.hidden = Boolean(sentence);
  }
  const last = {};
  const sentence = result.laws.length < cards.length ? 'A stage has to be mended first.' : attempt(last, () => ({ law: lawOf(argdraw, text, row.logits, options), token: tokenOf(argdraw, text, row.logits, options) }));
  draw.fail(sentence);
  draw.bars.element.hidden = draw.left.hidden = draw.token.hidden = draw.note.hidden = Boolean(sentence);
  result.law = last.value?.law;
  result.token = last.value?.token;
  $('accept').disabled = !result.token;
  $('back').disabled = !(state.row === 'model' ? state.spoken.length : state.said.trim());
  seen?.free();
  seen = undefined;
  show();
  if (!sentence) drawMany(text, options);
  saveLink();
}

const show = () => picture({ names: row.names, ...result, cards, draw, seen });

let drawing;
function drawMany(text, options) {
  clearTimeout(drawing);
  const go = () => {
    if (!seen) seen = new Draws(argdraw, text, row.logits, options);
    const until = performance.now() + 12;
    while (seen.count < tenThousand && performance.now() < until) seen.add(100);
    if (seen.count < tenThousand) drawing = setTimeout(go);
    else show();
  };
  drawing = setTimeout(go, 60);
}

// ---- the pipeline as text ------------------------------------------------------------------------------------------------------------

function showTextError(error, text = '') {
  const at = Math.max(0, (error?.column ?? 0) - 1);
  const from = Math.max(0, at - 24);
  $('pipeline').setAttribute('aria-invalid', Boolean(error));
  $('pipeline-error').replaceChildren(...(error ? [h('pre', { 'aria-hidden': 'true' }, `${text.slice(from, from + 40).replaceAll('\n', ' ')}\n${' '.repeat(at - from)}^`), `Column ${error.column}: ${error.message}`] : []));
}

function readText(text, keepText = true) {
  let pick;
  try {
    pick = argdraw.parse(text);
  } catch (error) {
    if (error.name !== 'ArgdrawError') throw error;
    showTextError(error, text);
    return false;
  }
  const read = JSON.parse(argdraw.string(argdraw.c.playground_read(pick.handle))).map(({ name, values }) => [elements.find((each) => each.name === name), values]);
  pick.free();
  showTextError();
  cards = read.slice(0, -1).map(cardOf);
  makeDraw(read.at(-1));
  layOut();
  update({ keepText });
  return true;
}

// ---- the link -------------------------------------------------------------------------------------------------------------------------

let link = '';
function saveLink() {
  const own = state.row === 'own' ? { own: state.own } : {};
  const words = state.row === 'model' ? { prompt: state.model, said: state.spoken.join(' ') } : { prompt: state.prompt, said: state.said };
  link = `#${new URLSearchParams({ row: state.row, ...own, ...words, pipeline: result.text ?? '', seed: state.seed, text: state.sequence })}`;
  clearTimeout(saveLink.later);
  saveLink.later = setTimeout(() => history.replaceState(null, '', link), 300);
}

async function openLink() {
  const from = new URLSearchParams(location.hash.slice(1));
  const name = from.get('row') === 'own' || rows[from.get('row')] ? from.get('row') : 'fruit';
  const given = {};
  if (from.has('own')) given.own = from.get('own');
  for (const [key, title] of [['seed', 'seed'], ['sequence', 'text']]) if (/^\d{1,19}$/.test(from.get(title) ?? '')) given[key] = from.get(title);
  if (from.has('prompt')) given[name === 'model' ? 'model' : 'prompt'] = from.get('prompt');
  if (from.has('said')) {
    if (name === 'model') given.spoken = from.get('said').split(/\s+/).filter(Boolean).map(Number).filter((id) => id >= 0 && id < 512);
    else given.said = from.get('said');
  }
  const usual = 'temperature(0.7) | top_k(6) | top_p(0.9) | categorical';
  if (!draw) readText(usual);
  await chooseRow(name, given);
  if (from.get('pipeline')) {
    $('pipeline').value = from.get('pipeline');
    readText(from.get('pipeline'), false);
  }
}

// ---- from here on ----------------------------------------------------------------------------------------------------------------------

function listen() {
  const choices = [...Object.entries(rows).map(([key, { title }]) => [key, title]), ['own', 'Your own']];
  $('presets').append(...choices.map(([value, title]) => h('label', {}, h('input', { type: 'radio', name: 'row', value, onchange: () => chooseRow(value).catch(fail) }), title)));
  const typed = (id, set) => $(id).addEventListener('input', () => {
    set($(id).value);
    if (readAgain()) update();
  });
  typed('prompt', (value) => (state.row === 'model' ? ((state.model = value), (state.spoken = []), ($('said').value = '')) : (state.prompt = value)));
  typed('said', (value) => (state.said = value));
  typed('own-text', (value) => {
    state.own = value;
    forgetWords();
  });
  $('pipeline').addEventListener('input', () => readText($('pipeline').value));
  $('pipeline').addEventListener('change', () => {
    if ($('pipeline').getAttribute('aria-invalid') !== 'true') $('pipeline').value = result.text;
  });
  $('copy').addEventListener('click', async () => {
    const address = location.href.replace(/#.*/, '') + link;
    history.replaceState(null, '', link);
    await navigator.clipboard.writeText(address).then(() => ($('copied').textContent = 'Copied.'), () => ($('copied').textContent = 'It stands in the address bar.'));
  });
  // Not where a link within the page was followed.
  window.addEventListener('hashchange', () => location.hash !== link && /[#&](row|pipeline)=/.test(location.hash) && openLink().catch(fail));
}

function fail(error) {
  $('trouble').textContent = `Something went wrong: ${error.message}`;
  $('trouble').hidden = false;
  throw error;
}

async function begin() {
  argdraw = await load(get);
  elements = JSON.parse(argdraw.string(argdraw.c.playground_elements()));
  row = { ...rows.fruit, logits: Float32Array.from(rows.fruit.logits) };
  adder.fill(elements.filter((each) => !each.draw));
  listen();
  await openLink();
  storyteller({ argdraw, openModel: () => openModel().then(() => (showRow(), model)), pipeline: () => ({ text: result.text, error: result.error, seed: state.seed, sequence: state.sequence }), fail });
  $('about').textContent = `argdraw ${Math.floor(argdraw.version / 10000)}.${Math.floor(argdraw.version / 100) % 100}.${argdraw.version % 100}, ${argdraw.name === 'argdraw.wasm' ? 'without SIMD' : 'with SIMD128'}. Everything is computed in this page; nothing leaves it.`;
  performance.mark('first picture');
}

/** For tests: what the page shows, as numbers, and what stands behind it. */
window.playground = {
  ready: begin().catch(fail),
  get state() {
    return { ...state, ...result, stages: cards.map((each) => each.text), row, seen: seen && { count: seen.count, times: seen.times, coins: seen.coins } };
  },
  get argdraw() {
    return argdraw;
  },
  get elements() {
    return elements;
  },
};

// A card for a stage or a draw: its name, what it does, and a control for each of its parameters. What there is to set comes from the library.
import { Bars, h, visible } from './bars.mjs';

const round = (x) => Number(x.toPrecision(6));
function niceStep(x) {
  const power = 10 ** Math.floor(Math.log10(x));
  return power * [1, 2, 5, 10].find((each) => each * power >= x * 0.999);
}

/** Where a slider goes from and to: the range of the library, as far as there is one, and else some multiples of the example. */
export function rangeOf(member, value, width) {
  const example = Math.abs(Number(member.example)) || 0;
  let [from, to] = [member.from, member.to].map((end) => (end === undefined ? undefined : Number(end)));
  if (member.kind === 'whole') {
    from ??= 0;
    to ??= Math.max(20, 4 * example, Math.min(width, 100));
  } else {
    to ??= Math.max(2, 3 * example);
    from ??= -to;
    if (example > 0 && from === 0 && 10 * example < to) to = 10 * example;
  }
  if (Number.isFinite(value)) [from, to] = [Math.min(from, value), Math.max(to, value)];
  const step = member.kind === 'whole' ? 1 : niceStep((to - from) / 200);
  return { from: round(from), to: round(to), step: round(step) };
}

let made = 0;

/** changed() is called where a value was; move(by) and remove() by the buttons. */
export class Card {
  constructor(element, values, names, { changed, move, remove }) {
    this.about = element;
    this.values = values;
    this.id = `card${++made}`;
    this.bars = new Bars();
    this.error = h('p', { class: 'error', hidden: true, id: `${this.id}-error` });
    this.left = h('p', { class: 'left' });
    this.controls = element.parameters.map((member, i) => this.control(member, i, names, changed));
    const said = element.parameters.some((each) => each.example !== each.default);
    const first = element.parameters.map((each, i) => each.must || each.kind === 'number' || each.example !== each.default || (i === 0 && !said));
    const more = this.controls.filter((_, i) => !first[i]);
    this.up = move && h('button', { type: 'button', class: 'icon', 'aria-label': `Move ${element.name} up`, title: 'Up', onclick: () => move(-1) }, '↑');
    this.down = move && h('button', { type: 'button', class: 'icon', 'aria-label': `Move ${element.name} down`, title: 'Down', onclick: () => move(1) }, '↓');
    this.gone = remove && h('button', { type: 'button', class: 'icon', 'aria-label': `Remove ${element.name}`, title: 'Remove', onclick: remove }, '×');
    this.heading = h('h3', { id: `${this.id}-name`, tabIndex: -1 }, element.name);
    this.side = h('div', { class: 'settings' }, ...this.controls.filter((_, i) => first[i]), more.length ? h('details', {}, h('summary', {}, 'More'), ...more) : null);
    this.result = h('div', { class: 'result' }, this.error, this.left, this.bars.element);
    this.element = h('li', { class: 'card', 'aria-labelledby': `${this.id}-name` },
      h('header', {}, this.heading, h('p', { class: 'meaning' }, element.meaning), move ? h('div', { class: 'buttons' }, this.up, this.down, this.gone) : null),
      h('div', { class: 'inside' }, this.side, this.result));
  }

  control(member, i, names, changed) {
    const id = `${this.id}-${i}`;
    const set = (value) => {
      this.values[i] = value;
      changed();
    };
    const title = member.name || (member.kind === 'list' ? 'list' : member.kind);
    const label = h('label', { for: id }, title);
    const meaning = h('p', { class: 'hint', id: `${id}-hint` }, member.meaning.replaceAll('`', ''));
    const known = { id, 'aria-describedby': `${id}-hint` };
    if (member.kind === 'word' || member.kind === 'token') {
      const all = member.words ? member.words.map((word) => [word, word]) : names.map((name, token) => [String(token), `${token} ${visible(name)}`]);
      if (!all.some(([value]) => value === this.values[i])) all.unshift([this.values[i], this.values[i]]);
      const select = h('select', { ...known, onchange: () => set(select.value) }, ...all.map(([value, shown]) => h('option', { value, selected: value === this.values[i] }, shown)));
      return h('div', { class: 'member word' }, label, select, meaning);
    }
    if (member.kind === 'list' || member.kind === 'row') {
      const input = h('input', { ...known, type: 'text', spellcheck: false, autocapitalize: 'off', value: this.values[i], oninput: () => set(input.value) });
      return h('div', { class: 'member list' }, label, input, meaning);
    }
    const value = Number(this.values[i]);
    const { from, to, step } = rangeOf(member, value, names.length);
    const slider = h('input', { type: 'range', 'aria-label': `${this.about.name} ${title}`, 'aria-describedby': `${id}-hint`, min: from, max: to, step, value });
    const number = h('input', { ...known, type: 'text', inputMode: 'decimal', size: 6, value: this.values[i] });
    slider.addEventListener('input', () => {
      number.value = String(round(slider.valueAsNumber));
      set(number.value);
    });
    number.addEventListener('input', () => {
      const typed = Number(number.value);
      if (Number.isFinite(typed) && number.value.trim()) {
        if (typed > slider.max) slider.max = typed;
        if (typed < slider.min) slider.min = typed;
        slider.value = typed;
      }
      set(number.value.trim());
    });
    return h('div', { class: 'member' }, label, number, slider, meaning);
  }

  /** As the text of a pipeline has it. */
  get text() {
    const inside = this.about.parameters.map((member, i) => (member.name ? `${member.name}=` : '') + this.values[i]).join(', ');
    return this.about.name + (inside ? `(${inside})` : '');
  }

  fail(sentence) {
    this.error.hidden = !sentence;
    this.error.textContent = sentence;
    this.element.classList.toggle('wrong', Boolean(sentence));
  }
}

/** The last place among the stages, from which another is added: add(about). */
export class Adder {
  constructor(add) {
    this.choice = h('select', { id: 'stage', onchange: () => this.explain() });
    this.meaning = h('p', { class: 'hint' });
    this.chosen = () => this.stages.find((each) => each.name === this.choice.value);
    const button = h('button', { type: 'button', id: 'add', onclick: () => add(this.chosen()) }, 'Add');
    this.element = h('li', { class: 'card adder' }, h('label', { for: 'stage' }, 'Another stage'), h('div', { class: 'line' }, this.choice, button), this.meaning);
  }
  explain() {
    this.meaning.textContent = this.chosen().meaning;
  }
  fill(stages) {
    this.stages = stages;
    const groups = [...new Set(stages.map((each) => each.group))];
    const options = (group) => stages.filter((each) => each.group === group).map((each) => h('option', { value: each.name }, each.name));
    this.choice.replaceChildren(...groups.map((group) => h('optgroup', { label: group }, ...options(group))));
    this.choice.value = 'min_p';
    this.explain();
  }
}

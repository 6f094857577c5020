// Distributions as tables with bars: a row for a token, what it had before in a pale colour, what it has now in a strong one.

export function h(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key === 'class') made.className = value;
    else if (key in made && !key.includes('-') && key !== 'list' && key !== 'for') made[key] = value;
    else if (value !== false && value !== undefined) made.setAttribute(key === 'for' ? 'for' : key, value);
  }
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}

export const percent = (p) => `${(100 * p).toFixed(1)} %`;
export const visible = (name) => name.replaceAll(' ', '␣').replace(/[\u0000-\u001f\u007f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** A table that shows laws again and again: show(lines, rest, caption). */
export class Bars {
  constructor(kind = '') {
    this.caption = h('caption', { class: 'unseen' });
    this.body = h('tbody');
    this.element = h('table', { class: `bars ${kind}` }, this.caption, h('thead', { class: 'unseen' }, h('tr', {}, h('th', { scope: 'col' }, 'token'), h('th', { scope: 'col' }, 'bar'), h('th', { scope: 'col' }, 'probability'))), this.body);
    this.lines = [];
  }

  line(i) {
    if (!this.lines[i]) {
      const name = h('th', { scope: 'row' });
      const before = h('i', { class: 'before' });
      const now = h('i', { class: 'now' });
      const mark = h('i', { class: 'mark' });
      const value = h('td', { class: 'value' });
      const row = h('tr', {}, name, h('td', { 'aria-hidden': 'true' }, h('span', { class: 'track' }, before, now, mark)), value);
      this.lines[i] = { row, name, before, now, mark, value };
      this.body.append(row);
    }
    return this.lines[i];
  }

  /** lines: {name, before, now, seen, drawn}, probabilities, below 0 where the token was cut; scale is what a full bar stands for. */
  show(lines, scale, caption) {
    this.caption.textContent = caption;
    lines.forEach((each, i) => {
      const at = this.line(i);
      const width = (p) => `${p > scale ? 0 : (100 * Math.max(0, p)) / scale}%`; // a sum may be beyond the scale
      at.row.hidden = false;
      const gone = each.now < 0 && each.before < 0;
      at.row.className = [gone ? 'gone' : each.now < 0 ? 'cut' : '', each.drawn ? 'drawn' : '', each.rest ? 'rest' : ''].join(' ').trim();
      at.name.textContent = each.name;
      at.name.title = each.name;
      at.before.style.width = width(each.before ?? 0);
      at.now.style.width = width(each.now);
      at.mark.hidden = each.seen === undefined || each.seen > scale || (!each.seen && each.now <= 0);
      if (each.seen !== undefined) at.mark.style.left = width(each.seen);
      at.value.textContent = gone ? 'gone' : each.now < 0 ? 'cut' : percent(each.now) + (each.seen === undefined ? '' : ` · ${percent(each.seen)}`);
    });
    for (let i = lines.length; i < this.lines.length; ++i) this.lines[i].row.hidden = true;
  }
}

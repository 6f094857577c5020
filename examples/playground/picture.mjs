// All bars of the page: what each stage has left, and what the draw does with it.
import { h, percent, visible } from './bars.mjs';

const shownTokens = 10;
const living = (law) => law.reduce((count, p) => count + (p >= 0), 0);
const sum = (ids, of) => ids.reduce((total, id) => total + Math.max(0, of[id]), 0);

/** raw, laws and law are probabilities by id, -1 where a token was cut; seen has what was drawn many times. */
export function picture({ names, raw, laws, law, token, cards, draw, seen }) {
  // The first by what the model said, and the one that is drawn.
  const order = [...names.keys()].filter((id) => raw?.[id] >= 0).sort((a, b) => raw[b] - raw[a] || a - b);
  const chosen = new Set(order.slice(0, shownTokens));
  if (token) chosen.add(token.id);
  const ids = order.filter((id) => chosen.has(id));
  const more = order.filter((id) => !chosen.has(id));
  const share = seen?.count ? (id) => seen.times[id] / seen.count : () => 0;
  const all = [...laws, ...(law ? [law] : [])];
  const scale = Math.max(1e-9, ...ids.map((id) => Math.max(raw[id], share(id), ...all.map((each) => each[id]))));
  const lines = (now, before, drawn) => {
    const made = ids.map((id) => ({ name: visible(names[id]), before: before[id], now: now[id], seen: drawn ? share(id) : undefined, drawn: drawn && id === token.id }));
    if (more.length) {
      const left = more.some((id) => now[id] >= 0) ? sum(more, now) : -1;
      made.push({ name: `${more.length} more`, rest: true, before: more.some((id) => before[id] >= 0) ? sum(more, before) : -1, now: left, seen: drawn ? more.reduce((total, id) => total + share(id), 0) : undefined });
    }
    return made;
  };

  let before = raw;
  laws.forEach((now, i) => {
    const { left, bars, about } = cards[i];
    const [had, has] = [living(before), living(now)];
    const kept = before.reduce((total, p, id) => total + (now[id] >= 0 ? Math.max(0, p) : 0), 0);
    left.textContent = has === had ? `All ${had} tokens stay.` : `${has} of ${had} tokens ${has === 1 ? 'stays' : 'stay'}, which had ${percent(kept)}.`;
    bars.show(lines(now, before, false), scale, `Probabilities behind ${about.name}. ${left.textContent}`);
    before = now;
  });

  if (!law) return;
  const said = ['Drawn: ', h('b', {}, visible(names[token.id])), `, token ${token.id}, log-probability ${token.logprob.toFixed(4).replace('-', '−')}`];
  // It is read out where it changes, and only then.
  if (draw.token.textContent !== said.map((each) => each.textContent ?? each).join('')) draw.token.replaceChildren(...said);
  const expected = seen?.mean ?? law;
  draw.bars.show(lines(expected, before, true), scale, 'Probabilities of the draw, and how often each token came up');
  const apart = Math.max(...ids.map((id) => Math.abs(Math.max(0, expected[id]) - share(id))));
  draw.left.textContent = seen?.count ? `Probability, and share of ${seen.count.toLocaleString('en')} draws: at most ${(100 * apart).toFixed(2)} points apart.` : 'Probability, and share of the draws.';
  draw.note.textContent = seen?.coins ? `A stage throws a coin for each text: the law is the mean over ${seen.coins} texts.` : 'The same seed and text number give this token in C++, C and Python as well.';
}

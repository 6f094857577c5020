// The rows that the page begins with: {title, about, names, logits, prompt, output}, ids by their place.

const none = -Infinity;
const letters = [...'abcdefghijklmnopqrstuvwx'];
const some = { prompt: [0, 1, 2], output: [3, 0, 1, 2] };

export const rows = {
  fruit: {
    title: 'Fruit',
    about: 'The next word of a small text. Ten words can stand there; six have been said and cannot.',
    names: ['apple', 'banana', 'cherry', 'pear', 'plum', 'mango', 'grape', 'fig', '(end)', 'durian', 'the', 'boy', 'girl', 'bit', 'into', '.'],
    logits: [2.8, 2.65, 2.3, 2, 1.7, 0.7, 0.4, -0.5, -0.8, -1.8, none, none, none, none, none, none],
    prompt: [14, 10, 3, 15],
    output: [10, 1, 15, 10, 1, 15, 10, 11, 13, 14, 10, 0, 10, 12, 13, 14, 10],
  },
  model: {
    title: 'A language model’s next word',
    about: 'What the small model of the examples expects next: 512 pieces of words, of which the first are shown.',
    prompt: 'The cat sat on the',
  },
  flat: { title: 'Flat', about: 'A model without an opinion: 24 tokens, nearly equal.', names: letters, logits: letters.map((_, i) => 1 - 0.02 * i), ...some },
  peaked: { title: 'Peaked', about: 'A model that is sure: one token has nine tenths.', names: letters, logits: letters.map((_, i) => 7 * Math.exp(-i / 1.6)), ...some },
};

/** Lines or items 'name logit', as 'mat 2.8, bed -inf'; throws a sentence. */
export function ownRow(text) {
  const names = [];
  const logits = [];
  for (const [i, item] of text.split(/[\n,]+/).map((each) => each.trim()).filter(Boolean).entries()) {
    const [, name, number] = /^(.*?)\s*[:=\s]\s*([-+]?(?:inf|[0-9.]+(?:e[-+]?[0-9]+)?))$/i.exec(item) ?? [];
    const logit = /^[-+]?inf$/i.test(number ?? '') ? (number[0] === '-' ? none : Infinity) : Number(number);
    if (!name || Number.isNaN(logit)) throw new Error(`Token ${i + 1}, “${item}”, should be a name and a logit, such as “mat 2.8”.`);
    names.push(name);
    logits.push(logit);
  }
  if (names.length < 1 || names.length > 1000) throw new Error('A row of one’s own has 1 to 1000 tokens.');
  return { names, logits };
}
export const rowText = (row) => row.names.map((name, i) => `${name} ${Number.isFinite(row.logits[i]) ? +row.logits[i].toFixed(4) : row.logits[i] > 0 ? 'inf' : '-inf'}`).join('\n');

/** The ids of names with spaces between; throws a sentence. */
export function idsOf(text, names) {
  return text.split(/\s+/).filter(Boolean).map((name) => {
    const id = names.indexOf(name);
    if (id < 0) throw new Error(`“${name}” is no token of this row.`);
    return id;
  });
}

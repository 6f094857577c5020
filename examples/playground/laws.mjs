// What a pipeline makes of a row, in numbers.

/** f(sequence) of a pipeline; throws an ArgdrawError with the sentence. */
export function withSequence(argdraw, text, row, options, f) {
  const pick = argdraw.parse(text);
  try {
    pick.check(row.length);
    const sequence = pick.start(options);
    try {
      return f(sequence, pick);
    } finally {
      sequence.free();
    }
  } finally {
    pick.free();
  }
}

/** The probability of each token; -1 where it was cut. */
function spread({ ids, probabilities }, width) {
  const law = new Float64Array(width).fill(-1);
  ids.forEach((id, i) => (law[id] = probabilities[i]));
  return law;
}
export const lawOf = (argdraw, text, row, options) => withSequence(argdraw, text, row, options, (sequence) => spread(sequence.distribution(row), row.length));
export const tokenOf = (argdraw, text, row, options) => withSequence(argdraw, text, row, options, (sequence) => sequence.draw(row));

/** Draws first tokens of texts number 0, 1, ... under a seed, and what the law of each was on average: stages may throw a coin for each text. */
export class Draws {
  constructor(argdraw, text, row, options) {
    Object.assign(this, { row, options, pick: argdraw.parse(text), times: new Uint32Array(row.length), count: 0 });
    const law = (sequence) => this.with(sequence, (text) => spread(text.distribution(row), row.length));
    const first = law(0);
    const differ = (other) => other.some((p, id) => p !== first[id]);
    this.mean = first;
    if ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].some((sequence) => differ(law(sequence)))) {
      this.coins = 2000;
      this.mean = new Float64Array(row.length);
      for (let sequence = 0; sequence < this.coins; ++sequence) law(sequence).forEach((p, id) => (this.mean[id] += Math.max(0, p) / this.coins));
    }
  }
  with(sequence, f) {
    const text = this.pick.start({ ...this.options, sequence });
    try {
      return f(text);
    } finally {
      text.free();
    }
  }
  add(more) {
    for (const end = this.count + more; this.count < end; ++this.count) ++this.times[this.with(this.count, (text) => text.draw(this.row).id)];
  }
  free() {
    this.pick.free();
  }
}

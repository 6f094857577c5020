// The example model: a text's tokens, and the row of logits behind them.

const encoder = new TextEncoder();

export class Model {
  /** `get` has the bytes, or the response, of a file by its name. */
  static async open(argdraw, get) {
    const files = await Promise.all(['stories.bin', 'tokenizer.bin'].map(async (name) => {
      const got = await get(name);
      if (got.ok === false) throw new Error(`${name} cannot be had: ${got.status}`);
      return new Uint8Array(got.arrayBuffer ? await got.arrayBuffer() : got);
    }));
    const { c } = argdraw;
    const width = argdraw.lent(files[0], (weights, size) => argdraw.lent(files[1], (pieces, room) => c.playground_open(weights, size, pieces, room)));
    return new Model(argdraw, width);
  }

  constructor(argdraw, width) {
    Object.assign(this, { argdraw, width, read: [] });
    this.context = argdraw.c.playground_rewind(0);
    this.names = Array.from({ length: width }, (_, id) => (id < 3 ? ['(unknown)', '(begin)', '(end)'][id] : this.piece(id)));
  }

  /** The tokens of a text, its beginning included. */
  encode(text) {
    const { c } = this.argdraw;
    const count = this.argdraw.lent(encoder.encode(text), (at, size) => c.playground_encode(at, size));
    return [...new Int32Array(this.argdraw.memory, c.playground_tokens(), count)];
  }
  /** What a token is in letters; in a text, behind the one that was read last. */
  piece(id) {
    return this.argdraw.string(this.argdraw.c.playground_piece(id));
  }

  /** The logits behind these tokens, of which the model reads those that it has not read. */
  row(ids) {
    const { c } = this.argdraw;
    if (ids.length >= this.context) throw new Error(`The model reads at most ${this.context} tokens.`);
    let same = 0;
    while (same < ids.length - 1 && this.read[same] === ids[same]) ++same;
    c.playground_rewind(same);
    this.read.length = same;
    let at = 0;
    for (const id of ids.slice(same)) {
      at = c.playground_step(id);
      this.read.push(id);
    }
    return new Float32Array(this.argdraw.memory, at, this.width).slice();
  }
}

// argdraw for JavaScript, in browsers and in node: a pipeline as text, rows of logits, tokens. The same tokens as from C++.
//
//     const argdraw = await load((name) => fetch(name));      // in node: (name) => readFile(new URL(name, import.meta.url))
//     const pick = argdraw.parse('top_k(40) | temperature(0.8) | categorical');
//     const text = pick.start({ seed: 42, prompt });
//     const token = text.draw(logits);                         // {id, logprob}
//     text.accept(token.id);
//
// A row is a Float32Array, or anything that one is made of. It is copied, unless it lies in argdraw.memory. What fails throws an ArgdrawError with the status, and with
// the column where it was a text. Memory of a pipeline and of a sequence is given back by free(), or some time after they are out of reach.

export class ArgdrawError extends Error {
  constructor(status, sentence, column = 0) {
    super(sentence);
    Object.assign(this, { name: 'ArgdrawError', status, column });
  }
}

// A module with one instruction of SIMD128: it is valid where there are such.
const simd = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11);

// What the module asks of its system: no environment, no files, and an end that is an exception.
const system = {
  environ_sizes_get: (view, count, bytes) => (view().setUint32(count, 0, true), view().setUint32(bytes, 0, true), 0),
  environ_get: () => 0,
  proc_exit: () => {
    throw new Error('the program has ended itself');
  },
};
const badFile = 8;

/** `get` has the bytes, or the response, of a file by its name. */
export async function load(get, name = WebAssembly.validate(simd) ? 'argdraw.simd.wasm' : 'argdraw.wasm') {
  const got = await get(name);
  const module = await WebAssembly.compile(got.arrayBuffer ? await got.arrayBuffer() : got);
  let exports;
  const view = () => new DataView(exports.memory.buffer);
  const imports = {};
  for (const each of WebAssembly.Module.imports(module)) {
    const call = system[each.name];
    (imports[each.module] ??= {})[each.name] = call ? (...given) => call(view, ...given) : () => badFile;
  }
  exports = (await WebAssembly.instantiate(module, imports)).exports;
  exports._initialize();
  return new Library(exports, name);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const sentenceRoom = 1024;
const outOfMemory = 4;

export class Library {
  constructor(exports, name) {
    this.c = exports;
    this.name = name;
    this.version = exports.argdraw_version();
    this.at = exports.malloc(256); // structs that a call is given and writes
    this.rowAt = this.rowBytes = 0;
    this.unreachable = new FinalizationRegistry((end) => end());
  }

  get memory() {
    return this.c.memory.buffer;
  }
  view() {
    return new DataView(this.memory);
  }
  /** A zero-terminated string. */
  string(at) {
    const bytes = new Uint8Array(this.memory, at);
    return decoder.decode(bytes.slice(0, bytes.indexOf(0)));
  }
  /** Memory for so many bytes. */
  room(bytes) {
    const at = bytes < 2 ** 31 ? this.c.malloc(bytes || 1) : 0;
    if (!at) this.must(outOfMemory);
    return at;
  }
  /** f(address, count) while the items lie in memory. */
  lent(items, f) {
    const bytes = new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
    const at = this.room(bytes.length);
    new Uint8Array(this.memory).set(bytes, at);
    try {
      return f(at, items.length);
    } finally {
      this.c.free(at);
    }
  }
  must(status) {
    if (status !== 0) throw new ArgdrawError(status, this.string(this.c.argdraw_message(status)));
  }

  parse(text) {
    return this.lent(encoder.encode(text), (at, length) => {
      const room = this.room(sentenceRoom);
      try {
        const status = this.c.argdraw_parse(at, length, this.at, this.at + 4, room, sentenceRoom);
        if (status !== 0) throw new ArgdrawError(status, this.string(room), this.view().getUint32(this.at + 4, true));
        return new Pipeline(this, this.view().getUint32(this.at, true));
      } finally {
        this.c.free(room);
      }
    });
  }

  /** The address of a struct that says where a row lies. */
  row(logits) {
    let at = logits.byteOffset;
    if (!(logits instanceof Float32Array) || logits.buffer !== this.memory) {
      if (this.rowBytes < logits.length * 4) {
        this.c.free(this.rowAt);
        this.rowAt = this.rowBytes = 0;
        this.rowAt = this.room(logits.length * 4);
        this.rowBytes = logits.length * 4;
      }
      at = this.rowAt;
      new Float32Array(this.memory, at, logits.length).set(logits);
    }
    [20, at, 0, logits.length, 0].forEach((value, i) => this.view().setUint32(this.at + 4 * i, value, true));
    return this.at;
  }
}

// What is freed once: by its owner, or when there is none.
class Owned {
  constructor(library, handle, free) {
    Object.assign(this, { library, handle });
    library.unreachable.register(this, () => free(handle), this);
    this.free = () => {
      if (!this.handle) return;
      library.unreachable.unregister(this);
      free(this.handle);
      this.handle = 0;
    };
  }
}

export class Pipeline extends Owned {
  constructor(library, handle) {
    super(library, handle, library.c.argdraw_free_pipeline);
  }

  toString() {
    const { c, at } = this.library;
    this.library.must(c.argdraw_to_text(this.handle, 0, 0, at));
    const length = this.library.view().getUint32(at, true);
    return this.library.lent(new Uint8Array(length + 1), (room) => {
      this.library.must(c.argdraw_to_text(this.handle, room, length + 1, at));
      return this.library.string(room);
    });
  }

  /** Throws where a stage does not find its tokens in rows of this width; .stage is which. */
  check(width) {
    const { c, at } = this.library;
    this.library.lent(new Uint8Array(sentenceRoom), (room) => {
      const status = c.argdraw_check(this.handle, width, at, room, sentenceRoom);
      if (status !== 0) throw Object.assign(new ArgdrawError(status, this.library.string(room)), { stage: this.library.view().getInt32(at, true) });
    });
  }

  start({ seed = 0, sequence = 0, position = 0, vocabulary = 0, prompt = [], output = [] } = {}) {
    const { c, at } = this.library;
    return this.library.lent(Int32Array.from(prompt), (first, count) =>
      this.library.lent(Int32Array.from(output), (second, more) => {
        const view = this.library.view();
        view.setBigUint64(at + 8, BigInt.asUintN(64, BigInt(seed)), true);
        view.setBigUint64(at + 16, BigInt.asUintN(64, BigInt(sequence)), true);
        view.setUint32(at, 48, true);
        [position, vocabulary, first, count, second, more].forEach((value, i) => view.setUint32(at + 24 + 4 * i, value, true));
        this.library.must(c.argdraw_start(this.handle, at, at + 48));
        return new Sequence(this.library, this.library.view().getUint32(at + 48, true));
      }),
    );
  }
}

export class Sequence extends Owned {
  constructor(library, handle) {
    super(library, handle, library.c.argdraw_free_sequence);
  }

  clone() {
    const { c, at } = this.library;
    this.library.must(c.argdraw_clone(this.handle, at));
    return new Sequence(this.library, this.library.view().getUint32(at, true));
  }

  /** A token; accepts nothing. */
  draw(logits) {
    const { c } = this.library;
    const row = this.library.row(logits);
    this.library.must(c.argdraw_draw(this.handle, row, row + 24));
    const view = this.library.view();
    return { id: view.getInt32(row + 24, true), logprob: view.getFloat32(row + 28, true) };
  }
  accept(id) {
    this.library.must(this.library.c.argdraw_accept(this.handle, id));
  }
  rollback(accepts) {
    this.library.must(this.library.c.argdraw_rollback(this.handle, accepts));
  }

  /** What a draw chooses from: {ids: Int32Array, probabilities: Float64Array}. Draws nothing. */
  distribution(logits) {
    const { c } = this.library;
    const room = logits.length;
    return this.library.lent(new Float64Array(room), (probabilities) =>
      this.library.lent(new Int32Array(room), (ids) => {
        const row = this.library.row(logits);
        this.library.must(c.argdraw_distribution(this.handle, row, ids, probabilities, room, row + 24));
        const count = this.library.view().getUint32(row + 24, true);
        return { ids: new Int32Array(this.library.memory, ids, count).slice(), probabilities: new Float64Array(this.library.memory, probabilities, count).slice() };
      }),
    );
  }
}

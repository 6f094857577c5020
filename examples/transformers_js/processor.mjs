// A logits processor for generate() of @huggingface/transformers: any pipeline of argdraw in the place of its own sampling.
//
//     const argdraw = await load((name) => readFile(new URL(name, import.meta.url)));          // fetch in a browser
//     const processor = argdrawProcessor(argdraw, 'top_k(40) | top_p(0.95) | temperature(0.8) | categorical', { seed: 42 });
//     await model.generate({ ...inputs, do_sample: false, logits_processor: [processor] });
//
// What it needs of the library is this: a processor is called with the tokens of each text, bigints, and with their rows of logits, floats in
// logits.data with dims [texts, width], and returns the rows; a greedy sampler takes the greatest of each.

/**
 * Leaves of each row the token that was drawn, 0 among -Infinity, which greedy takes. Text i of a batch is text number `sequence` + i under the seed; `vocabulary` is
 * where living tokens end in rows that are wider. What a text has at the first call is its prompt; a call with texts that have not gone on from those of the
 * call before begins anew. One processor is for one generate() at a time.
 */
export function argdrawProcessor(argdraw, pipeline, { seed = 0, sequence = 0, vocabulary = 0 } = {}) {
  const pick = argdraw.parse(pipeline);
  let texts = [];

  const goesOn = (ids, { seen }) => ids.length === seen.length + 1 && seen.every((id, i) => ids[i] === id);
  function begin(ids, i) {
    const text = pick.start({ seed, sequence: BigInt(sequence) + BigInt(i), vocabulary, prompt: ids.map(Number) });
    return { text, seen: [...ids] };
  }
  function follow(ids, i) {
    const id = ids.at(-1);
    texts[i].text.accept(Number(id));
    texts[i].seen.push(id);
  }

  return (input_ids, logits) => {
    if (texts.length === input_ids.length && input_ids.every((ids, i) => goesOn(ids, texts[i]))) {
      input_ids.forEach(follow);
    } else {
      for (const { text } of texts) text.free();
      texts = [];
      pick.check(vocabulary || logits.dims.at(-1));
      texts = input_ids.map(begin);
    }
    const width = logits.dims.at(-1);
    texts.forEach(({ text }, i) => {
      const row = logits.data.subarray(i * width, (i + 1) * width);
      const { id } = text.draw(row);
      row.fill(-Infinity);
      row[id] = 0;
    });
    return logits;
  };
}

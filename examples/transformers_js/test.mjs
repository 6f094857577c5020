// test.mjs SITE: the processor, called as a LogitsProcessorList calls one; where node finds @huggingface/transformers, inside the package's own and in generate() of
// a model, and with the times of both beside each other.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { argdrawProcessor } from './processor.mjs';
import { writeModel } from './tiny_model.mjs';

const site = process.argv[2];
const { load } = await import(path.resolve(site, 'argdraw.mjs'));
const argdraw = await load((name) => readFile(path.join(site, name)));
const require = createRequire(path.join(process.cwd(), 'any.mjs'));
let transformers;
try {
  transformers = await import(require.resolve('@huggingface/transformers'));
} catch {
  console.log('@huggingface/transformers is not there (npm install @huggingface/transformers in the directory that this is run in), so that neither its list nor its generate() is tried');
}

const width = 1000;
const rowOf = (step, text) => Float32Array.from({ length: width }, (_, id) => 8 * Math.sin(id * (step + 3) + text) + (id % 7));
const together = (rows) => ({ data: Float32Array.from(rows.flatMap((row) => [...row])), dims: [rows.length, width] });
const argmax = (row) => row.reduce((best, x, id) => (x > row[best] ? id : best), 0);
const pipeline = 'penalties(1.1, window=64) | top_k(40) | top_p(0.95) | temperature(0.8) | categorical';

/** Texts as generate() writes them: process(ids, rows) and the greatest of each row. */
function generate(process, make, steps) {
  const ids = [[1n, 2n, 3n], [1n, 2n, 3n]];
  for (let step = 0; step < steps; ++step) {
    const out = process(ids, make([rowOf(step, 0), rowOf(step, 1)]));
    ids.forEach((text, i) => text.push(BigInt(argmax(out.data.subarray(i * width, (i + 1) * width)))));
  }
  return ids.map((text) => text.slice(3).map(Number));
}

// What it should be: a loop over sequences.
const pick = argdraw.parse(pipeline);
const steps = 50;
const expected = [0, 1].map((i) => {
  const text = pick.start({ seed: 5, sequence: 9 + i, prompt: [1, 2, 3] });
  return Array.from({ length: steps }, (_, step) => {
    const { id } = text.draw(rowOf(step, i));
    text.accept(id);
    return id;
  });
});
const processor = argdrawProcessor(argdraw, pipeline, { seed: 5, sequence: 9 });
assert.deepEqual(generate(processor, together, steps), expected);
assert.deepEqual(generate(processor, together, steps), expected, 'another generate() begins anew');
assert.throws(() => argdrawProcessor(argdraw, 'top_k(40)'), { name: 'ArgdrawError' });
assert.throws(() => argdrawProcessor(argdraw, 'ban([5000]) | categorical')([[1n]], together([rowOf(0, 0)])), { stage: 0 });
const narrow = argdrawProcessor(argdraw, 'temperature(0) | categorical', { vocabulary: 10 });
assert(argmax(narrow([[1n]], together([Float32Array.from({ length: width }, (_, id) => id)])).data) === 9);

/** The least of the times of f in milliseconds, which other programs disturb least; each is prepared for by before(). */
async function fastest(before, f, times = 41, unmeasured = 20) {
  let least = Infinity;
  for (let i = -unmeasured; i < times; ++i) {
    before();
    const begun = performance.now();
    await f();
    if (i >= 0) least = Math.min(least, performance.now() - begun);
  }
  return least;
}
// Zipf's law, as next tokens have it, with the ranks mixed.
const wide = 151936;
const logits = Float32Array.from({ length: wide }, (_, id) => 15 - 1.3 * Math.log(1 + ((id * 7919) % wide)));
const time = async (text) => {
  const process = argdrawProcessor(argdraw, text);
  const rows = { data: new Float32Array(wide), dims: [1, wide] };
  const ids = [[]];
  const before = () => {
    rows.data.set(logits);
    ids[0].push(1n);
  };
  return fastest(before, () => process(ids, rows));
};
const texts = ['top_k(40) | temperature(0.8) | categorical', 'top_p(0.95) | temperature(0.8) | categorical', 'min_p(0.05) | temperature(0.8) | categorical', pipeline];
for (const text of texts) console.log(`argdraw      ${(await time(text)).toFixed(3)} ms a row of ${wide}: ${text}`);

if (transformers) {
  const { LogitsProcessorList, Tensor } = transformers;
  const list = new LogitsProcessorList();
  list.extend([argdrawProcessor(argdraw, pipeline, { seed: 5, sequence: 9 })]);
  const tensor = (rows) => {
    const { data, dims } = together(rows);
    return new Tensor('float32', data, dims);
  };
  assert.deepEqual(generate((ids, rows) => list(ids, rows), tensor, steps), expected, 'inside its own list');
  console.log('inside LogitsProcessorList: the same tokens');

  // Its own sampler is not exported; the file is there.
  const root = path.dirname(path.dirname(require.resolve('@huggingface/transformers')));
  const { LogitsSampler } = await import(path.join(root, 'src/generation/logits_sampler.js'));
  const row = new Tensor('float32', logits, [1, wide]);
  for (const top_k of [40, 0]) {
    const sampler = LogitsSampler.getSampler({ do_sample: true, top_k, temperature: 0.8, num_beams: 1 });
    console.log(`transformers ${(await fastest(() => {}, () => sampler(row), ...(top_k ? [] : [5, 2]))).toFixed(3)} ms a row of ${wide}: do_sample, top_k ${top_k || 'off'}`);
  }
}

if (transformers) {
  const { AutoModelForCausalLM, Tensor, env } = transformers;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'argdraw-'));
  Object.assign(env, { localModelPath: folder, allowLocalModels: true, allowRemoteModels: false });

  // generate() of a model whose row for a token is rowOf(it, 0): what a loop over sequences and those rows draws.
  await writeModel(path.join(folder, 'bigrams'), Array.from({ length: width }, (_, id) => rowOf(id, 0)));
  const model = await AutoModelForCausalLM.from_pretrained('bigrams', { dtype: 'fp32' });
  const begun = [[1, 2, 3], [7, 7, 7]];
  const prompts = { input_ids: new Tensor('int64', begun.flat().map(BigInt), [2, 3]), attention_mask: new Tensor('int64', Array(6).fill(1n), [2, 3]) };
  const drawn = begun.map((prompt, i) => {
    const text = pick.start({ seed: 5, sequence: 9 + i, prompt });
    const ids = [...prompt];
    for (let step = 0; step < steps; ++step) {
      ids.push(text.draw(rowOf(ids.at(-1), 0)).id);
      text.accept(ids.at(-1));
    }
    return ids;
  });
  const inside = argdrawProcessor(argdraw, pipeline, { seed: 5, sequence: 9 });
  for (let time = 0; time < 2; ++time) {
    const found = await model.generate({ ...prompts, max_new_tokens: steps, do_sample: false, logits_processor: [inside] });
    assert.deepEqual(found.tolist().map((ids) => ids.map(Number)), drawn, 'inside generate()');
  }
  console.log('inside generate(): the same tokens');
  await rm(folder, { recursive: true });
}

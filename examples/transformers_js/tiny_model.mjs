// A language model that fits in a test: a token says what the logits of the next one are. Written as ONNX by hand, with what transformers.js
// wants beside it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

// Protocol buffers: a field is its number and kind, then a number or the length and the bytes of what it holds.
function number(x) {
  const bytes = [];
  for (; x > 127; x = Math.floor(x / 128)) bytes.push((x % 128) | 128);
  return Buffer.from([...bytes, x]);
}
const whole = (field, x) => Buffer.concat([number(field * 8), number(x)]);
function held(field, ...parts) {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([number(field * 8 + 2), number(bytes.length), bytes]);
}

const [FLOAT, INT64] = [1, 7];
const bytesOf = (floats) => Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
const dimension = (size) => held(1, typeof size === 'string' ? held(2, size) : whole(1, size));
const value = (field, name, kind, shape) => held(field, held(1, name), held(2, held(1, whole(1, kind), held(2, ...shape.map(dimension)))));

/** Writes a model into a folder: the logits behind a token are rows[token], of as many floats as there are rows. */
export async function writeModel(folder, rows) {
  const width = rows.length;
  const graph = [
    held(1, held(1, 'rows'), held(1, 'input_ids'), held(2, 'logits'), held(4, 'Gather')),
    held(2, 'tiny'),
    held(5, whole(1, width), whole(1, width), whole(2, FLOAT), held(8, 'rows'), held(9, ...rows.map(bytesOf))),
    value(11, 'input_ids', INT64, ['batch', 'length']),
    value(12, 'logits', FLOAT, ['batch', 'length', width]),
  ];
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  await writeFile(path.join(folder, 'onnx', 'model.onnx'), Buffer.concat([whole(1, 8), held(7, ...graph), held(8, whole(2, 13))]));
  const config = { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], vocab_size: width, n_embd: 8, n_head: 1, n_layer: 0, n_positions: 4096 };
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(path.join(folder, 'generation_config.json'), '{}');
}

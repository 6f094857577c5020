// node.mjs SITE REFERENCE: both modules draw what C++ draws, every stage and draw gives the law that it gives in C++, and they are small.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { compare } from './streams.mjs';
import { distance, nativeLaws } from './native.mjs';

const [site, program] = process.argv.slice(2);
const { load } = await import(path.resolve(site, 'argdraw.mjs'));
const { lawOf, tokenOf } = await import(path.resolve(site, 'laws.mjs'));
const { rows, ownRow, rowText } = await import(path.resolve(site, 'rows.mjs'));
const reference = execFileSync(program, ['5000'], { encoding: 'utf8', maxBuffer: 1 << 30 });

for (const name of ['argdraw.wasm', 'argdraw.simd.wasm']) {
  const bytes = await readFile(path.join(site, name));
  const compressed = gzipSync(bytes, { level: 9 }).length;
  console.log(`${name}: ${bytes.length} bytes, ${compressed} compressed`);
  assert(compressed <= 300_000, `${name} has more than 300 KB compressed`);

  const argdraw = await load((file) => readFile(path.join(site, file)), name);
  const begun = performance.now();
  const found = compare(argdraw, reference);
  assert.equal(found.differs, undefined);
  assert.equal(found.draws, 100_000);
  console.log(`${name}: ${found.draws} draws as in C++, in ${((performance.now() - begun) / 1000).toFixed(1)} s`);

  const elements = JSON.parse(argdraw.string(argdraw.c.playground_elements()));
  const asked = elements.map(({ name, draw, parameters }) => {
    const inside = parameters.map((each) => (each.name ? `${each.name}=` : '') + each.example).join(', ');
    const text = (inside ? `${name}(${inside})` : name) + (draw ? '' : ' | categorical');
    return { text, seed: 3, sequence: 1, ...rows.fruit, logits: Float32Array.from(rows.fruit.logits) };
  });
  nativeLaws(program, asked).forEach(({ token, law, error }, i) => {
    assert.equal(error, undefined, asked[i].text);
    assert.equal(distance(lawOf(argdraw, asked[i].text, asked[i].logits, asked[i]), law), 0, asked[i].text);
    assert.equal(tokenOf(argdraw, asked[i].text, asked[i].logits, asked[i]).id, token, asked[i].text);
  });
  console.log(`${name}: ${asked.length} stages and draws have the laws of C++`);

  assert.throws(() => argdraw.parse('top_k(40) | top_q(0.9) | categorical'), { name: 'ArgdrawError', column: 13, message: /nearest is 'top_k'/ });
  assert.throws(() => argdraw.parse('ban([70]) | categorical').check(70), { stage: 0 });
  const pick = argdraw.parse(' top_k( 2 )|categorical ');
  assert.equal(String(pick), 'top_k(2) | categorical');
  const text = pick.start({ seed: 2n ** 64n - 1n });
  assert.throws(() => text.draw([]), { status: 1 });
  assert.throws(() => text.draw([1, NaN]), { status: 2 });
  const fork = text.clone();
  assert.deepEqual(text.draw([1, 2, 3]), fork.draw(Float32Array.of(1, 2, 3)));
  text.accept(2);
  text.rollback(1);
  assert.throws(() => text.rollback(1), { status: 3 });
  text.free();
  text.free();
  assert.throws(() => text.draw([1, 2]), { status: 3, message: /range/ });
  assert.throws(() => text.accept(0), { status: 3 });
  assert.throws(() => fork.draw({ length: 2 ** 30 }), { status: 4 }, 'more than there is memory for');
  assert.equal(fork.draw([1, 2, 3]).id, 2, 'and all is well afterwards');
}
assert.deepEqual(ownRow(rowText(rows.fruit)).logits, rows.fruit.logits);
assert.throws(() => ownRow('mat 2.8, bed'), /name and a logit/);

// Draws what the program of examples/reference has drawn, and says where the two differ. For node and for browsers.

const prompt = [1, 2, 3, 1, 2];
const width = 1000;
const rows = 200;

function rowOf(step) {
  const of = Math.imul(Math.imul(step % rows, 40503), 65537);
  return Float32Array.from({ length: width }, (_, id) => ((Math.imul(id, 2654435761) + of) >>> 8) / 2 ** 20);
}

/** How many draws there were, and the first of those that differ. */
export function compare(argdraw, reference) {
  const all = Array.from({ length: rows }, (_, step) => rowOf(step));
  const bits = new DataView(new ArrayBuffer(4));
  let text, source, step;
  let draws = 0;
  for (const line of reference.split('\n').filter(Boolean)) {
    if (line.startsWith('text ')) {
      source = line.slice(5);
      text = argdraw.parse(source).start({ seed: 42, sequence: 7, prompt });
      step = 0;
      continue;
    }
    const token = text.draw(all[step % rows]);
    text.accept(token.id);
    bits.setFloat32(0, token.logprob);
    const mine = `${token.id} ${bits.getUint32(0)}`;
    if (mine !== line) return { draws, differs: `${source}, draw ${step}: ${mine}, and C++ has ${line}` };
    ++step;
    ++draws;
  }
  return { draws };
}

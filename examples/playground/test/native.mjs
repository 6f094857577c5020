// Laws of C++, by the program of examples/reference.
import { execFileSync } from 'node:child_process';

const number = (x) => (Number.isFinite(x) ? String(x) : x > 0 ? 'inf' : '-inf');

/** asked: [{text, seed, sequence, prompt, output, logits}]; for each {token, law: Map} or {error}. */
export function nativeLaws(program, asked) {
  const input = asked.map((each) => [each.text, each.seed, each.sequence, each.prompt.join(), each.output.join(), Array.from(each.logits, number).join()].join('\t')).join('\n') + '\n';
  const lines = execFileSync(program, ['laws'], { input, encoding: 'utf8', maxBuffer: 1 << 30 }).trimEnd().split('\n');
  if (lines.length !== asked.length) throw new Error(`asked ${asked.length} laws of C++ and got ${lines.length}`);
  return lines.map((line) => {
    const [token, ...law] = line.split(' ');
    if (!/^\d+$/.test(token)) return { error: line };
    return { token: Number(token), law: new Map(law.map((each) => each.split(':').map(Number))) };
  });
}

/** How far a law, -1 where a token was cut, is from that of C++; Infinity where the sets differ. */
export function distance(law, native) {
  let most = 0;
  for (const [id, p] of law.entries()) {
    if (p >= 0 !== native.has(id)) return Infinity;
    if (p >= 0) most = Math.max(most, Math.abs(p - native.get(id)));
  }
  return most;
}

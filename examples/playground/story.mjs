// The model tells a story: token by token, each with what else could have stood there.
import { Bars, h, percent, visible } from './bars.mjs';

const $ = (id) => document.getElementById(id);
const candidates = 7;
const end = 2;

export function storyteller({ argdraw, openModel, pipeline, fail }) {
  const bars = new Bars();
  const title = h('h3', { id: 'candidates-title' });
  const sentence = h('p', { class: 'hint' });
  $('candidates').append(title, sentence, bars.element);
  let running = 0;

  function explain(piece, about) {
    $('told').querySelectorAll('.shown').forEach((each) => each.classList.remove('shown'));
    piece.classList.add('shown');
    $('told').querySelectorAll('.piece').forEach((each) => (each.tabIndex = each === piece ? 0 : -1));
    $('candidates').hidden = false;
    title.textContent = `“${visible(about.name)}”`;
    const kept = about.lines.filter((each) => each.now >= 0).length;
    sentence.textContent = `Drawn with ${percent(about.p)} of ${about.left} ${about.left === 1 ? 'token' : 'tokens'} that were left; the model alone gave it ${percent(about.raw)}.`;
    bars.show(about.lines, Math.max(...about.lines.map((each) => Math.max(each.before, each.now))), `The ${about.lines.length} likeliest tokens here, ${kept} of them left by the pipeline`);
  }

  function describe(model, logits, law, token) {
    const most = Math.max(...logits);
    const weights = Array.from(logits, (l) => Math.exp(l - most));
    const sum = weights.reduce((a, b) => a + b);
    const now = new Map([...law.ids].map((id, i) => [id, law.probabilities[i]]));
    const likely = weights.map((w, id) => [w, id]).sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, candidates).map(([, id]) => id);
    if (!likely.includes(token.id)) likely.push(token.id);
    return {
      name: model.names[token.id],
      p: now.get(token.id) ?? 0,
      raw: weights[token.id] / sum,
      left: now.size,
      lines: likely.map((id) => ({ name: visible(model.names[id]), before: weights[id] / sum, now: now.get(id) ?? -1, drawn: id === token.id })),
    };
  }

  async function write() {
    const { text, error, seed, sequence } = pipeline();
    if (error) return void ($('story-status').textContent = `The pipeline has to be mended first: ${error}`);
    const mine = ++running;
    $('story-status').textContent = 'Fetching the model.';
    const model = await openModel();
    const prompt = model.encode($('story-prompt').value);
    const length = Math.max(0, Math.min(1000, Number($('story-length').value) || 0, model.context - prompt.length - 1));
    $('told').replaceChildren(h('span', {}, $('story-prompt').value));
    $('candidates').hidden = true;
    $('story-status').textContent = 'Writing.';
    $('write').hidden = true;
    $('stop').hidden = false;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const said = [];
    try {
      await withStory(text, model, { seed, sequence, prompt }, async (text) => {
        for (let i = 0; i < length && mine === running; ++i) {
          const logits = model.row([...prompt, ...said]);
          const law = text.distribution(logits);
          const token = text.draw(logits);
          if (token.id <= end) break;
          text.accept(token.id);
          said.push(token.id);
          const about = describe(model, logits, law, token);
          const piece = h('span', { role: 'button', class: 'piece', tabIndex: i === 0 ? 0 : -1, 'aria-describedby': 'candidates' }, model.names[token.id]);
          for (const kind of ['focus', 'pointerenter', 'click']) piece.addEventListener(kind, () => explain(piece, about));
          $('told').append(piece);
          if (!still || i % 20 === 19) await new Promise((next) => (document.hidden ? setTimeout(next) : requestAnimationFrame(next)));
        }
      });
      if (mine !== running) return;
      $('story-status').textContent = `${said.length} tokens, seed ${seed}, text number ${sequence}.`;
      $('live').textContent = $('told').textContent;
    } catch (error) {
      if (error.name !== 'ArgdrawError') throw error;
      $('story-status').textContent = `The pipeline cannot draw here: ${error.message}`;
    } finally {
      if (mine === running) {
        $('write').hidden = false;
        $('stop').hidden = true;
      }
    }
  }

  // One stop for the tabulator, and arrows from token to token.
  $('told').addEventListener('keydown', (event) => {
    const pieces = [...$('told').querySelectorAll('.piece')];
    const at = pieces.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: pieces.length - 1 }[event.key];
    if (at < 0 || !pieces[to]) return;
    event.preventDefault();
    pieces[to].focus();
  });
  const withStory = async (text, model, options, f) => {
    const pick = argdraw.parse(text);
    try {
      pick.check(model.width);
      const sequence = pick.start(options);
      try {
        await f(sequence);
      } finally {
        sequence.free();
      }
    } finally {
      pick.free();
    }
  };

  $('story').addEventListener('submit', (event) => {
    event.preventDefault();
    write().catch(fail);
  });
  $('stop').addEventListener('click', () => {
    ++running;
    $('write').hidden = false;
    $('stop').hidden = true;
    $('write').focus();
    $('story-status').textContent = 'Stopped.';
  });
}

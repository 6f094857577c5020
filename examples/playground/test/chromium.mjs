// chromium.mjs SITE REFERENCE CHROMIUM: the page in a headless browser. Every preset, stage and draw is clicked and every slider moved; what the page shows then is
// compared with C++; a link restores it; the model speaks; nothing is said on the console.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { distance, nativeLaws } from './native.mjs';

const [site, program, chromium] = process.argv.slice(2);
if (typeof WebSocket === 'undefined') throw new Error('node has no WebSocket: node --experimental-websocket');

// ---- a server and a browser ------------------------------------------------------------------------------------------------------

const reference = execFileSync(program, ['5000'], { encoding: 'utf8', maxBuffer: 1 << 30 });
const types = { '.html': 'text/html', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };
const server = createServer(async (request, response) => {
  const name = path.basename(request.url.split('?')[0]) || 'index.html';
  try {
    const body = name === 'reference.txt' ? reference : await readFile(name === 'streams.mjs' ? new URL(name, import.meta.url) : path.join(site, name));
    response.writeHead(200, { 'content-type': types[path.extname(name)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}).listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));
const address = `http://127.0.0.1:${server.address().port}/`;

const profile = await mkdtemp(path.join(tmpdir(), 'argdraw-chromium-'));
const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --remote-debugging-port=0'.split(' ');
const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
process.on('exit', () => {
  browser.kill('SIGKILL');
  rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
});
const port = await new Promise((found, never) => {
  let said = '';
  browser.stderr.on('data', (more) => {
    const at = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec((said += more));
    if (at) found(at[1]);
  });
  browser.once('exit', () => never(new Error(`the browser has ended: ${said}`)));
});
const page = await (await fetch(`http://127.0.0.1:${port}/json/new?about:blank`, { method: 'PUT' })).json();
const socket = new WebSocket(page.webSocketDebuggerUrl);
await new Promise((open) => socket.addEventListener('open', open));

const waiting = new Map();
const said = [];
let last = 0;
socket.addEventListener('message', ({ data }) => {
  const { id, method, params, result, error } = JSON.parse(data);
  if (id) waiting.get(id)(error ? { error } : { result });
  if (method === 'Runtime.exceptionThrown') said.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  if (method === 'Runtime.consoleAPICalled') said.push(params.args.map((each) => each.value ?? each.description).join(' '));
  if (method === 'Log.entryAdded') said.push(params.entry.text);
});
async function command(method, params = {}) {
  const id = ++last;
  const { result, error } = await new Promise((done) => {
    waiting.set(id, done);
    socket.send(JSON.stringify({ id, method, params }));
  });
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}
/** What f(...given) returns in the page. */
async function inPage(f, ...given) {
  const expression = `(${f})(${given.map((each) => JSON.stringify(each)).join()})`;
  const { result, exceptionDetails } = await command('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}
async function open(hash = '') {
  await command('Page.navigate', { url: 'about:blank' });
  await command('Page.navigate', { url: address + hash });
  await inPage(async () => {
    while (!window.playground) await new Promise((next) => setTimeout(next, 10));
    await window.playground.ready;
  });
}
for (const each of ['Runtime', 'Log', 'Page']) await command(`${each}.enable`);
await command('Emulation.setFocusEmulationEnabled', { enabled: true });

// ---- what is looked at ---------------------------------------------------------------------------------------------------------------

const asked = [];
/** Notes what the page shows now, to be compared with C++ at the end. */
async function look(where) {
  const state = await inPage(() => {
    const { stages, text, laws, law, token, raw, row, seed, sequence } = window.playground.state;
    const plain = (numbers) => numbers && Array.from(numbers, (x) => (Number.isFinite(x) ? x : String(x)));
    const errors = [...document.querySelectorAll('.card .error:not([hidden])')].map((each) => each.textContent);
    return { stages, text, seed, sequence, prompt: row.prompt, output: row.output, logits: plain(row.logits), laws: laws.map(plain), law: plain(law), raw: plain(raw), token: token?.id, errors, cards: document.querySelectorAll('#cards .card h3').length };
  });
  state.logits = state.logits.map(Number);
  assert.equal(state.cards, state.stages.length + 1, where);
  const { seed, sequence, prompt, output, logits } = state;
  const ask = (text, law, token) => asked.push({ where, text, law, token, seed, sequence, prompt, output, logits });
  ask('categorical', state.raw);
  state.stages.forEach((_, i) => i <= state.laws.length && ask([...state.stages.slice(0, i + 1), 'categorical'].join(' | '), state.laws[i]));
  if (state.law) ask(state.text, state.law, state.token);
  return state;
}
const click = (selector) => inPage((selector) => document.querySelector(selector).click(), selector);
const type = (selector, value) => inPage((selector, value) => {
  const at = document.querySelector(selector);
  at.value = value;
  at.dispatchEvent(new Event('input', { bubbles: true }));
  at.dispatchEvent(new Event('change', { bubbles: true }));
}, selector, value);
const until = async (what, f) => {
  for (let i = 0; i < 600; ++i) {
    if (await inPage(f)) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  assert.fail(`${what} has not come`);
};
async function moveSliders(where) {
  const count = await inPage(() => document.querySelectorAll('#cards input[type=range]').length);
  for (let i = 0; i < count; ++i)
    for (const part of [0, 0.37, 1]) {
      await inPage((i, part) => {
        const at = document.querySelectorAll('#cards input[type=range]')[i];
        at.value = Number(at.min) + part * (at.max - at.min);
        at.dispatchEvent(new Event('input', { bubbles: true }));
      }, i, part);
      await look(`${where}, slider ${i} at ${part}`);
    }
}

// ---- the page --------------------------------------------------------------------------------------------------------------------------

await open();
console.log(`first picture after ${Math.round(await inPage(() => performance.getEntriesByName('first picture')[0].startTime))} ms`);
const first = await look('as it opens');
assert.equal(first.errors.length, 0);
await until('the ten thousand draws', () => window.playground.state.seen?.count === 10000);
assert.match(await inPage(() => document.querySelector('.last .left').textContent), /share of 10,000 draws/);

const found = await inPage(async () => (await import('/streams.mjs')).compare(window.playground.argdraw, await (await fetch('/reference.txt')).text()));
assert.equal(found.differs, undefined);
assert.equal(found.draws, 100_000);
console.log(`${found.draws} draws as in C++`);

// Order, removal, and where the keyboard is then.
await inPage(() => document.querySelectorAll('[aria-label="Move top_p up"]')[0].focus());
await click('[aria-label="Move top_p up"]');
assert.deepEqual((await look('top_p up')).stages.map((each) => each.split('(')[0]), ['temperature', 'top_p', 'top_k']);
assert.equal(await inPage(() => document.activeElement.getAttribute('aria-label')), 'Move top_p up');
await click('[aria-label="Move temperature down"]');
await look('temperature down');
for (const each of ['temperature', 'top_p', 'top_k']) await click(`[aria-label="Remove ${each}"]`);
assert.equal((await look('nothing left')).text, 'categorical');

// By keyboard alone: past the head of the page, a stage is added, and its slider moved.
const press = async (key, code = key, windowsVirtualKeyCode = { Tab: 9, Enter: 13, ArrowRight: 39 }[key]) => {
  for (const type of ['keyDown', 'keyUp']) await command('Input.dispatchKeyEvent', { type, key, code, windowsVirtualKeyCode, ...(key === 'Enter' && type === 'keyDown' ? { text: '\r' } : {}) });
};
const focused = () => inPage(() => document.activeElement.getAttribute('aria-label') || document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent);
await inPage(() => document.activeElement.blur());
await inPage(() => window.getSelection().removeAllRanges());
await inPage(() => document.querySelector('.skip').focus());
await press('Enter');
await press('Tab');
assert.equal(await focused(), 'Another stage', 'behind the link past the head');
await press('Tab');
assert.equal(await focused(), 'Add');
await press('Enter');
assert.equal(await focused(), 'min_p', 'the heading of the card');
await new Promise((next) => setTimeout(next, 500));
assert.equal(await focused(), 'min_p', 'and a link within the page has changed nothing');
for (let i = 0; i < 8 && (await focused()) !== 'min_p p'; ++i) await press('Tab');
assert.equal(await focused(), 'min_p p', 'the slider');
await press('ArrowRight');
assert.match((await look('by keyboard')).text, /^min_p\(0\.40[0-9]*\) \| categorical$/);
await click('[aria-label="Remove min_p"]');

// Every stage by itself, in every preset that has no model, and every draw.
const elements = await inPage(() => window.playground.elements.map(({ name, draw }) => ({ name, draw })));
assert(elements.length > 40);
for (const preset of ['flat', 'peaked', 'fruit']) {
  await click(`#presets input[value=${preset}]`);
  await look(preset);
  for (const { name } of elements.filter((each) => !each.draw)) {
    await type('#stage', name);
    await click('#add');
    const state = await look(`${preset}, ${name}`);
    assert.equal(state.stages.length, 1);
    assert.deepEqual(state.errors, [], `${preset}, ${name}`);
    if (preset === 'fruit') await moveSliders(name);
    await click(`[aria-label="Remove ${name}"]`);
  }
}
for (const { name } of elements.filter((each) => each.draw)) {
  await inPage((name) => {
    const at = document.querySelector('#draw');
    at.value = name;
    at.dispatchEvent(new Event('change', { bubbles: true }));
  }, name);
  assert.deepEqual((await look(name)).errors, []);
  await moveSliders(name);
}

// Text, and what is wrong with it.
await type('#pipeline', 'top_k(4) | top_q(0.9) | categorical');
assert.match(await inPage(() => document.querySelector('#pipeline-error').textContent), /Column 12: .*nearest is 'top_k'/);
await type('#pipeline', 'penalties(1.3, window=8)|top_k( 7 )|temperature(0.8)|categorical');
assert.equal((await look('typed')).text, 'penalties(1.3, window=8) | top_k(7) | temperature(0.8) | categorical');
await type('#pipeline', 'ban([70]) | categorical');
const misfit = await look('a token that is not there');
assert.equal(misfit.errors.length, 2);
await type('#pipeline', 'penalties(1.3, window=8)|top_k(7)|xtc(0.5)|categorical');
await type('#seed', '12345678901234567890'.slice(0, 19));
for (let i = 0; i < 5; ++i) {
  await click('#next');
  await look(`another ${i}`);
  await click('#accept');
  await look(`said ${i}`);
}
await click('#back');
await look('taken back');

// A link restores all of it.
const before = await inPage(async () => {
  await new Promise((next) => setTimeout(next, 500));
  return location.hash;
});
const there = await look('before the link');
await open(before);
assert.deepEqual(await look('from the link'), there);
await inPage(() => (location.hash = '#row=peaked&pipeline=top_k(3) | greedy'));
await until('the row of another link', () => window.playground.state.row.names.length === 24 && window.playground.state.text === 'top_k(3) | greedy');
await look('from another link');

// A row of one's own.
await click('#presets input[value=own]');
await type('#own-text', 'heads 1\ntails 1\nedge -3');
assert.deepEqual((await look('own')).logits, [1, 1, -3]);
await type('#own-text', 'heads');
assert(await inPage(() => !document.querySelector('#row-error').hidden));
await type('#own-text', 'heads 0.5, tails 0.25, never -inf');
await look('own again');

// The model: as a row, and telling a story.
await click('#presets input[value=model]');
await until('the model', () => window.playground.state.row.logits.length === 512);
const model = await look('the model');
assert.equal(model.errors.length, 0);
await type('#pipeline', 'temperature(0.7) | top_k(40) | top_p(0.95) | categorical');
for (let i = 0; i < 3; ++i) {
  await click('#accept');
  await look(`the model goes on ${i}`);
}
await type('#story-length', '30');
await click('#write');
await until('the story', () => document.querySelectorAll('.piece').length > 10 && document.querySelector('#stop').hidden);
await inPage(() => document.querySelectorAll('.piece')[4].focus());
assert(await inPage(() => !document.querySelector('#candidates').hidden && document.querySelectorAll('#candidates tr:not([hidden])').length > 5));
console.log(await inPage(() => document.querySelector('#told').textContent));

// ---- names, and C++ ----------------------------------------------------------------------------------------------------------------------

// What a screen reader has to say of everything that can be operated.
const operated = new Set(['button', 'checkbox', 'combobox', 'radio', 'slider', 'textbox', 'DisclosureTriangle']);
const { nodes } = await command('Accessibility.getFullAXTree');
const nameless = nodes.filter((each) => !each.ignored && operated.has(each.role.value) && !each.name?.value?.trim());
assert.deepEqual(nameless.map((each) => each.role.value), []);
assert(nodes.filter((each) => each.role.value === 'button').length > 10);
assert.deepEqual(await inPage(() => [...document.querySelectorAll('[id]')].map((each) => each.id).filter((id, i, all) => all.indexOf(id) !== i)), []);
await command('Emulation.setDeviceMetricsOverride', { width: 360, height: 740, deviceScaleFactor: 2, mobile: true });
assert(await inPage(() => document.documentElement.scrollWidth <= 360), 'wider than a telephone');

let most = 0;
nativeLaws(program, asked).forEach(({ token, law, error }, i) => {
  const { where, text, law: mine, token: drawn } = asked[i];
  assert.equal(Boolean(mine), !error, `${where}: ${text}: ${error}`);
  if (error) return;
  const apart = distance(mine, law);
  assert(apart <= 1e-6, `${where}: ${text}: ${apart} apart`);
  if (drawn !== undefined) assert.equal(drawn, token, `${where}: ${text}`);
  most = Math.max(most, apart);
});
console.log(`${asked.length} laws are those of C++, at most ${most} apart`);
assert.deepEqual(said, [], 'something was said on the console');

socket.close();
browser.kill();
await new Promise((end) => browser.once('exit', end));
server.close();

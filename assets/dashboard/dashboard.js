import { Chart } from './chart.js';
import { age, at, count, el, percent, setText, time } from './format.js';
import { History } from './history.js';
import { Failures, showReloads, showSlow } from './lists.js';
import { LogView } from './log.js';
import { Spark } from './spark.js';
import { Workers } from './workers.js';

const history = new History();
const log = new LogView();
const find = (request) => log.find('request', request);
const workers = new Workers((worker) => log.find('worker', worker));
const failures = new Failures(find);

const charts = [
  new Chart({
    title: 'Requests per second',
    format: count,
    stacked: true,
    series: [
      { field: 'ok', label: 'answered', colour: 'c-ok' },
      { field: 'clientErrors', label: '4xx', colour: 'c-warn' },
      { field: 'serverErrors', label: '5xx', colour: 'c-bad' },
      { field: 'left', label: 'client disconnected', colour: 'c-gone' },
    ],
  }),
  new Chart({
    title: 'Latency',
    format: time,
    series: [
      { field: 'p99', label: '99 %', colour: 'c-3' },
      { field: 'p90', label: '90 %', colour: 'c-2' },
      { field: 'p50', label: 'median', colour: 'c-1' },
    ],
  }),
  new Chart({
    title: 'Waiting and running',
    format: count,
    least: 4,
    series: [
      { field: 'queued', label: 'waiting', colour: 'c-warn', area: true },
      { field: 'running', label: 'R', colour: 'c-ok' },
    ],
  }),
  new Chart({
    title: 'Average time per request',
    format: time,
    series: [
      { field: 'queueMean', label: 'queue', colour: 'c-warn' },
      { field: 'rMean', label: 'R', colour: 'c-ok' },
      { field: 'serializationMean', label: 'writing JSON', colour: 'c-2' },
    ],
  }),
  new Chart({
    title: 'Workers',
    format: count,
    least: 2,
    series: [
      { field: 'busy', label: 'busy', colour: 'c-ok', area: true },
      { field: 'workers', label: 'all', colour: 'c-gone' },
    ],
  }),
  new Chart({
    title: 'Average batch size',
    format: count,
    least: 4,
    series: [{ field: 'batchMean', label: 'requests', colour: 'c-2', area: true }],
  }),
];
at('charts').append(...charts.map(({ element }) => element));
const sizes = el('ol', { class: 'sizes', 'aria-label': 'Batches by size since start' });
charts.at(-1).element.append(sizes);

/** The key numbers at the top, each with a short explanation. */
const tiles = [
  {
    name: 'Requests',
    field: 'ok',
    show: () => [count(history.mean('ok', 3) === null ? null : rate(3)), 'per second'],
  },
  { name: 'Median', field: 'p50', show: () => [time(history.latest('p50', 5)), 'half are slower'] },
  { name: '99th percentile', field: 'p99', show: () => [time(history.latest('p99', 5)), '1 % are slower'] },
  {
    name: 'Waiting',
    field: 'queued',
    show: (now) => [count(now.queued), waits(now)],
  },
  {
    name: 'Busy',
    field: 'busy',
    show: ({ workers: all }) => [
      `${all.filter(({ state }) => state === 'busy').length} / ${all.length}`,
      'R workers',
    ],
  },
  { name: 'Server errors', field: 'serverErrors', show: () => [percent(errorShare()), 'in the last minute'] },
  {
    name: 'Gateway',
    field: 'gatewayBusy',
    show: () => [percent(history.mean('gatewayBusy', 3)), 'of one CPU in use'],
  },
].map(({ field, name, show }) => {
  const value = el('dd', { class: 'number-big' });
  const note = el('dd', { class: 'muted' });
  const spark = new Spark();
  at('tiles').append(
    el(
      'div',
      { class: 'panel tile', 'data-tile': field },
      el('dt', {}, name),
      value,
      note,
      el('dd', { class: 'spark-box' }, spark.element),
    ),
  );
  return { field, show, value, note, spark };
});

/** How long the oldest waiting request has waited, and how long a new one would wait if that is known. */
function waits({ expectedWaitMs, longestWaitMs, queueLimit, queued }) {
  const limit = `limit ${count(queueLimit)}`;
  if (queued === 0) return limit;
  return `oldest ${time(longestWaitMs)}\n${expectedWaitMs > 0 ? `new: about ${time(expectedWaitMs)}` : limit}`;
}

function rate(seconds) {
  return ['ok', 'clientErrors', 'serverErrors', 'left'].reduce(
    (sum, field) => sum + (history.mean(field, seconds) ?? 0),
    0,
  );
}

function errorShare() {
  const all = rate(60);
  return all === 0 ? null : (history.mean('serverErrors', 60) ?? 0) / all;
}

function chosenStep() {
  return Number(document.querySelector('input[name=span]:checked').value);
}

function drawCharts() {
  const span = history.span(chosenStep());
  if (span !== undefined) for (const chart of charts) chart.update(span);
}

function showBatches({ bounds, counts }) {
  const total = counts.reduce((sum, one) => sum + one, 0);
  sizes.hidden = total === 0;
  if (total === 0) return;
  if (sizes.children.length === 0) {
    const names = counts.map((_, i) =>
      i === 0 ? '2' : i === bounds.length ? `> ${bounds.at(-1)}` : `${bounds[i - 1] + 1}–${bounds[i]}`,
    );
    sizes.append(
      ...names.map((name) =>
        el(
          'li',
          {},
          el('span', { class: 'size' }, name),
          el('span', { class: 'bar', 'aria-hidden': 'true' }),
          el('span', { class: 'times' }),
        ),
      ),
    );
  }
  const most = Math.max(...counts);
  counts.forEach((times, i) => {
    const [, bar, text] = sizes.children[i].children;
    sizes.children[i].hidden = times === 0;
    bar.style.setProperty('--share', String(times / most));
    setText(text, count(times));
  });
}

const stateTexts = {
  serving: 'serving',
  loading: 'loading',
  broken: 'no worker can start',
  draining: 'shutting down',
};

/** What the state is, and whether workers can be started. */
function stateText({ starts, state }) {
  const failing = starts !== undefined && starts.state !== 'ok' && state !== 'draining';
  return failing && state !== 'broken' ? `${stateTexts[state]}, but workers do not start` : stateTexts[state];
}

/** What is wrong with starts, and when the next one follows. */
function startsText({ failures, reason, retryInMs, state }) {
  if (state === 'ok') return '';
  const next = retryInMs === 0 ? 'trying again' : `next attempt in ${Math.ceil(retryInMs / 1000)} s`;
  return `${failures} failed ${failures === 1 ? 'start' : 'starts'} in a row, ${next}: ${reason}`;
}

function showNow(now) {
  const { app, appVersion, batches, finishing, release, restarts, starts, state, uptime, version } = now;
  const name = app.split('/').slice(-2).join('/');
  setText(at('app'), name);
  at('app').title = app;
  document.title = `${name}: ${stateText(now)}`;
  const parts = [release === undefined ? undefined : `release ${release}`, `up ${age(uptime)}`];
  setText(at('about'), parts.filter((part) => part !== undefined).join(', '));
  at('state').dataset.state = state === 'serving' && starts?.state !== 'ok' ? 'failing' : state;
  setText(at('state-text'), stateText(now));
  setText(at('starts'), starts === undefined ? '' : startsText(starts));
  setText(at('version'), `Penstock ${version}`);
  const old = finishing.map(
    (one) => `version ${one.number} is finishing ${one.running + one.queued} requests`,
  );
  const serving =
    appVersion === undefined
      ? 'no version is serving yet'
      : `version ${appVersion.number} is serving${appVersion.fingerprint === undefined ? '' : ` (${appVersion.fingerprint})`}`;
  setText(at('version-note'), [serving, ...old].join(', '));
  workers.update(now.workers, appVersion?.number ?? 1, restarts);
  showBatches(batches);
  const fields = history.span(1)?.fields;
  for (const tile of tiles) {
    const [value, note] = tile.show(now);
    setText(tile.value, value);
    setText(tile.note, note);
    if (fields !== undefined) tile.spark.update(fields[tile.field]);
  }
}

function showChanges({ failures: groups, reloads, slow }) {
  if (groups !== undefined) failures.update(groups);
  if (slow !== undefined) showSlow(slow, find);
  if (reloads !== undefined) showReloads(reloads);
}

function connected(live) {
  document.documentElement.classList.toggle('stale', !live);
  setText(at('connection'), live ? 'Live' : 'Connection lost, reconnecting');
}

function watch() {
  const events = new EventSource('dashboard/events');
  events.addEventListener('hello', (event) => {
    const all = JSON.parse(event.data);
    history.replace(all.history);
    at('sign-out').hidden = !all.signedIn;
    setText(at('slow-note'), `${time(all.slowFrom)} or longer`);
    showNow(all.now);
    showChanges(all);
    drawCharts();
    connected(true);
  });
  events.addEventListener('tick', (event) => {
    const tick = JSON.parse(event.data);
    for (const point of tick.points) history.add(point);
    showNow(tick.now);
    showChanges(tick);
    if (tick.points.some(({ step }) => step === chosenStep())) drawCharts();
    document.documentElement.dataset.ticks = String(Number(document.documentElement.dataset.ticks ?? 0) + 1);
  });
  events.addEventListener('error', async () => {
    connected(false);
    if (events.readyState !== EventSource.CLOSED) return;
    // The response was not an event stream: the session may have expired.
    const response = await fetch('status').catch(() => undefined);
    if (response?.status === 401) location.reload();
    else setTimeout(watch, 2000);
  });
}

function setTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  redrawCharts();
}

function redrawCharts() {
  for (const chart of charts) chart.redraw();
}

const remembered = localStorage.getItem('penstock-theme') ?? 'auto';
setTheme(remembered);
for (const input of document.querySelectorAll('input[name=theme]')) {
  input.checked = input.value === remembered;
  input.addEventListener('change', () => {
    localStorage.setItem('penstock-theme', input.value);
    setTheme(input.value);
  });
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
for (const input of document.querySelectorAll('input[name=span]'))
  input.addEventListener('change', drawCharts);

watch();
log.connect();

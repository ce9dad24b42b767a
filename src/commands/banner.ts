import type { LoadedReport, StartReport } from '../serve/start-report.js';

/** What a terminal shows when the server has started: what is served, where, and how to stop it. */
export function banner({ adminUrl, app, config, loaded, project, url, workers }: StartReport): string {
  const { max, min } = workers;
  const count = `${min === max ? max : `${min} to ${max}`} ${max === 1 ? 'R process' : 'R processes'}`;
  const rows: [string, string][] = [
    ['App', app],
    ...(project === undefined ? [] : ([['Project', project]] satisfies [string, string][])),
    ...(config === undefined ? [] : ([['Config', config]] satisfies [string, string][])),
    ['URL', url],
    ...(loaded?.documented ? ([['Docs', `${url}/__docs__/`]] satisfies [string, string][]) : []),
    ['Dashboard', adminUrl],
    ['Workers', count],
    ...(loaded === undefined ? [] : aboutApp(loaded)),
    ['Stop', 'Ctrl-C'],
  ];
  const lines = rows.map(([name, text]) => `  ${name.padEnd(10)}${text}`);
  return `\n${lines.join('\n')}\n\n`;
}

function aboutApp({
  framework,
  library,
  models,
  notForked,
  plumberVersion,
  routes,
  rVersion,
}: LoadedReport): [string, string][] {
  const versions = [
    `R ${rVersion}`,
    ...(plumberVersion === undefined ? [] : [`plumber ${plumberVersion}`]),
    ...(framework === undefined ? [] : [`${framework.name} ${framework.version}`]),
  ].join(', ');
  return [
    ...(notForked.length === 0
      ? []
      : ([['', `each loads the app itself: ${notForked.join('; ')}`]] satisfies [string, string][])),
    ...(framework === undefined
      ? ([routes === undefined ? ['Models', models.join(', ')] : ['Routes', describe(routes)]] satisfies [
          string,
          string,
        ][])
      : []),
    ['R', versions],
    ['Library', library],
  ];
}

function describe({ direct, plumber }: { direct: number; plumber: number }): string {
  const count = direct + plumber;
  if (count === 0) return 'none: every request gets 404';
  if (plumber === 0) return `${count}`;
  return `${count}: ${direct} in the direct lane, ${plumber} in the plumber lane (see \`penstock routes\`)`;
}

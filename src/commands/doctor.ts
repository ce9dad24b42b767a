import { type AppLocation, findApp } from '../app/find-app.js';
import { type Config, defaultConfig, type LoadInput, loadConfig } from '../config/load.js';
import { askR } from '../doctor/ask-r.js';
import { checkHazards, checkOutside, checkSyntax } from '../doctor/code-check.js';
import { type Finding, isServable } from '../doctor/finding.js';
import { checkLoad, type LoadResult } from '../doctor/load-check.js';
import { checkNode } from '../doctor/node-check.js';
import { checkPackages } from '../doctor/package-check.js';
import { checkPorts } from '../doctor/port-check.js';
import { checkProduction } from '../doctor/production-check.js';
import { checkR, reportRFailure } from '../doctor/r-check.js';
import { renderReport } from '../doctor/report.js';
import { checkRules } from '../doctor/rule-check.js';
import {
  checkAppFiles,
  checkDescriptors,
  checkProject,
  checkTemporaryFolder,
} from '../doctor/system-check.js';
import { PenstockError } from '../errors.js';

export interface DoctorInput {
  /** The app, as given on the command line. */
  readonly argument: string | undefined;
  readonly flags: NonNullable<LoadInput['flags']>;
  readonly json: boolean;
  /** Whether to check the configuration for risks of a public server. */
  readonly production?: boolean;
  /** Whether to load the app, which runs its code. */
  readonly load?: boolean;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Checks whether the app can be served. The exit code is 0 if nothing is missing. */
export async function doctor(input: DoctorInput): Promise<number> {
  const findings = await examine(input);
  const { stdout } = process;
  if (input.json) stdout.write(`${JSON.stringify({ ready: isServable(findings), findings }, null, 2)}\n`);
  else stdout.write(renderReport(findings, stdout.isTTY === true && process.env.NO_COLOR === undefined));
  return isServable(findings) ? 0 : 1;
}

/** Continues after an error, so that one run reports all problems. */
export async function examine({
  argument,
  flags,
  load = true,
  production = false,
  cwd = process.cwd(),
  env = process.env,
}: DoctorInput): Promise<Finding[]> {
  const findings = [checkNode()];
  const app = await attempt(findings, () => findApp(argument, cwd));
  if (app !== undefined) findings.push(checkAppFiles(app), ...checkProject(app));
  const loaded = await attempt(findings, () =>
    loadConfig({ flags, env, cwd, ...(app && { appDir: app.directory, project: app.project }) }),
  );
  if (loaded?.config !== undefined) findings.push({ status: 'ok', title: `Configuration: ${loaded.config}` });
  for (const warning of loaded?.warnings ?? []) findings.push({ status: 'warning', title: warning });

  const config = loaded ?? defaultConfig();
  findings.push(...(await examineR(config, app, cwd)));
  let routes: LoadResult['routes'];
  if (load && app !== undefined && loaded !== undefined && isServable(findings)) {
    const result = await checkLoad(app, loaded);
    findings.push(...result.findings);
    routes = result.routes;
  }
  if (loaded !== undefined) findings.push(...(await checkPorts(loaded)));
  if (loaded !== undefined && production) {
    findings.push(...checkProduction(loaded));
    if (routes !== undefined) findings.push(...checkRules(routes, loaded));
  }
  const descriptors = checkDescriptors(config);
  return [...findings, checkTemporaryFolder(), ...(descriptors === undefined ? [] : [descriptors])];
}

async function examineR(config: Config, app: AppLocation | undefined, cwd: string): Promise<Finding[]> {
  const answer = await askR(config.rscript, app, cwd);
  if ('absent' in answer) return [reportRFailure(answer, config.rscript)];
  return [
    ...checkR(answer, config.rscript),
    ...(await checkPackages(answer)),
    ...checkSyntax(answer),
    ...checkOutside(answer),
    ...(app === undefined || app.kind === 'model' || answer.errors.length > 0
      ? []
      : checkHazards(answer.hazards, config.workers.max)),
  ];
}

/** Turns a known error into a finding. */
async function attempt<T>(findings: Finding[], action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    const [title = '', ...details] = error.message.split('\n');
    findings.push({
      status: 'missing',
      title,
      details: details.map((line) => line.trim()),
      fix: [error.entry.hint],
    });
    return undefined;
  }
}

/** A realistic API under `test/fixtures/apis`. */
export interface CorpusApp {
  readonly app: string;
  readonly shape: string;
}

const shapes: Readonly<Record<string, readonly string[]>> = {
  'prediction from scalars': ['predict-scalars.R', 'titanic/plumber.R', 'iris-forest.R'],
  'prediction from a body': ['predict-body.R', 'loan-score.R'],
  'pinned model': ['pinned-model.R', 'vetiver/plumber.R'],
  'CORS and JSON posts': ['cors-json.R', 'stats/plumber.R', 'forecast.R'],
  'data tables': ['data/plumber.R', 'weather.R', 'explorer/plumber.R'],
  database: ['database.R', 'warehouse.R'],
  'create and change': ['crud/plumber.R', 'contacts.R', 'store/plumber.R'],
  'plots and reports': ['report/plumber.R', 'hello-plots.R', 'analysis/plumber.R'],
  jobs: ['jobs/plumber.R', 'upload-jobs.R'],
  'async and health': ['async-health.R', 'pipeline.R', 'webhooks.R'],
};

/**
 * APIs of the ten shapes that public plumber APIs have, two or more of each. Their features are about as frequent as in
 * public APIs: filters in a third, CORS in a fifth, routers built in code in a fifth, hooks, mounts, files and futures
 * in a few.
 */
export const corpus: readonly CorpusApp[] = Object.entries(shapes).flatMap(([shape, apps]) =>
  apps.map((app) => ({ app: `shapes/${app}`, shape })),
);

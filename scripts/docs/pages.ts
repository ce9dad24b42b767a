import { configurationPage } from './configuration-page.js';
import { errorsPage } from './errors-page.js';
import { manifestsPage } from './manifests-page.js';
import { sitePages } from './site-pages.js';

/** The generated pages of docs/, by file name. */
export const pages: Readonly<Record<string, () => string>> = {
  'configuration.md': configurationPage,
  'errors.md': errorsPage,
  'manifests.yaml': manifestsPage,
  ...sitePages,
};

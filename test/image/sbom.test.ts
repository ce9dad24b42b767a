import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { billOfMaterials } from '../../src/image/sbom.js';

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string; readonly purl: string; readonly version: string }[];
}

test('the bill of materials lists the npm dependencies, R, and the R and Debian packages, with package URLs', () => {
  const root = resolve(import.meta.dirname, '../..');
  const bill = billOfMaterials({ penstock: root, rscript: 'Rscript' }) as Bill;
  expect([bill.bomFormat, bill.metadata.component.name]).toEqual(['CycloneDX', 'penstock']);
  const purls = bill.components.map(({ purl }) => purl);
  for (const purl of purls) expect(purl).toMatch(/^pkg:(npm|cran|generic|deb\/\w+)\/[^\s@]+@\S+$/);
  const npm = bill.components.filter(({ purl }) => purl.startsWith('pkg:npm/')).map(({ name }) => name);
  expect(npm).toEqual(expect.arrayContaining(['commander', 'pino', 'prom-client', 'yaml']));
  expect(npm).not.toContain('vitest');
  expect(purls).toContain(`pkg:generic/node@${process.versions.node}`);
  const r = bill.components.filter(({ purl }) => purl.startsWith('pkg:cran/')).map(({ name }) => name);
  expect(billOfMaterials({ penstock: root, rscript: 'Rscript' })).toEqual(bill);
  expect(r).toEqual(expect.arrayContaining(['R', 'base', 'plumber', 'jsonlite']));
});

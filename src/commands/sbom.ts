import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { billOfMaterials } from '../image/sbom.js';
import { installed } from '../installation.js';

/** Adds `penstock sbom`. */
export function addSbomCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('sbom')
    .description(
      'List what is installed here as a bill of materials (CycloneDX): Node, R, Debian and their packages.',
    )
    .helpOption('-h, --help', 'Show help.')
    .option('--rscript <program>', 'The Rscript whose packages are listed.', 'Rscript')
    .option('--file <path>', 'Write it there.')
    .action(({ file, rscript }: { file?: string; rscript: string }) => {
      const text = `${JSON.stringify(billOfMaterials({ penstock: dirname(installed('package.json')), rscript }), null, 1)}\n`;
      if (file === undefined) process.stdout.write(text);
      else writeFileSync(file, text);
      finish(0);
    });
}

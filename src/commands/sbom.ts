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
      'Write a software bill of materials (CycloneDX) of this installation: Node, R, and Debian packages.',
    )
    .helpOption('-h, --help', 'Show help.')
    .option('--rscript <program>', 'Rscript whose packages to list.', 'Rscript')
    .option('--file <path>', 'File to write (default: standard output).')
    .action(({ file, rscript }: { file?: string; rscript: string }) => {
      const text = `${JSON.stringify(billOfMaterials({ penstock: dirname(installed('package.json')), rscript }), null, 1)}\n`;
      if (file === undefined) process.stdout.write(text);
      else writeFileSync(file, text);
      finish(0);
    });
}

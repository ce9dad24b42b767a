import { Ajv, type ErrorObject } from 'ajv';
import type { KubernetesSection } from '../config/kubernetes-section.js';
import { PenstockError } from '../errors.js';
import { sectionSchema, valueTable } from './value-table.js';
import { rules, type Values } from './values.js';

const isValid = new Ajv({ allErrors: true, strict: false }).compile(sectionSchema());

/** The values with those of the section `kubernetes` of penstock.yaml. Maps are merged, lists replace the default. */
export function withSection(values: Values, { place, value }: KubernetesSection): Values {
  const faults = isValid(value) ? [] : (isValid.errors ?? []).map((error) => describe(error, place));
  if (faults.length > 0) throw new PenstockError('config_invalid', [...new Set(faults)].join('\n  '));
  const { patches: _patches, ...section } = value as Record<string, unknown>;
  const merged = merge(values, section) as Values;
  const env = [...merged.env.filter(({ name }) => !sets(values, name)), ...values.env];
  return withoutConflicts({ ...merged, env }, `${place([])}: kubernetes: `);
}

/** @param place  where the values come from */
export function withoutConflicts(values: Values, place = ''): Values {
  const broken = rules.find((rule) => rule.broken(values));
  if (broken !== undefined) throw new PenstockError('config_invalid', `${place}${broken.message}.`);
  return values;
}

/** The Kustomize patches in the section. */
export function patchesOf(section: KubernetesSection | undefined): readonly object[] {
  return ((section?.value as { patches?: object[] } | undefined)?.patches ?? []) as readonly object[];
}

/** Flags and variables of the command line override the file. */
function sets({ env }: Values, name: string): boolean {
  return env.some((variable) => variable.name === name);
}

function merge(into: unknown, from: unknown): unknown {
  if (!isMap(into) || !isMap(from)) return from;
  const keys = new Set([...Object.keys(into), ...Object.keys(from)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in from ? merge(into[key], from[key]) : into[key]]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(
  { instancePath, keyword, message, params }: ErrorObject,
  place: KubernetesSection['place'],
): string {
  const path = instancePath.split('/').slice(1);
  if (keyword !== 'additionalProperties') {
    const allowed = 'allowedValues' in params ? `: ${params.allowedValues.join(', ')}` : '';
    return `${place(path)}: \`${['kubernetes', ...path].join('.')}\` ${message}${allowed}.`;
  }
  const full = [...path, params.additionalProperty as string];
  const entry = valueTable.find(
    (one) => one.path === full.join('.') || one.path.startsWith(`${full.join('.')}.`),
  );
  const why =
    entry?.option === undefined
      ? 'unknown key.'
      : entry.option === 'canary'
        ? 'use `penstock deploy --canary`.'
        : `set the option \`${entry.option}\` instead.`;
  return `${place(full)}: \`${['kubernetes', ...full].join('.')}\`: ${why}`;
}

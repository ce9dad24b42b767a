import { documents } from './documents.js';
import { helmCondition, helmTemplate } from './helm-template.js';
import { valuesFile, valuesSchema } from './value-table.js';
import { rules, type Values } from './values.js';

/** The files of a Helm chart with these values as defaults, by path. */
export function helmChart(values: Values, chartVersion: string): Map<string, string> {
  const files = new Map([
    ['Chart.yaml', chartFile(values, chartVersion)],
    ['values.yaml', valuesFile(values)],
    ['values.schema.json', valuesSchema()],
    ['templates/rules.yaml', rulesTemplate()],
    ['templates/NOTES.txt', notes],
  ]);
  for (const { name, conditions, template } of documents) {
    const text = helmTemplate(template);
    const whole =
      conditions.length === 0 ? text : `{{- if ${helmCondition(conditions)} }}\n${text}{{- end }}\n`;
    files.set(`templates/${name}.yaml`, whole);
  }
  return files;
}

function chartFile({ name, version }: Values, chartVersion: string): string {
  return [
    'apiVersion: v2',
    `name: ${name}`,
    'description: An R API or saved model, served by Penstock',
    'type: application',
    `version: ${chartVersion}`,
    `appVersion: ${JSON.stringify(version)}`,
    'kubeVersion: ">=1.34.0-0"',
    '',
  ].join('\n');
}

/** Rejects combinations of values that the schema cannot reject. */
function rulesTemplate(): string {
  return rules
    .map(
      ({ helm, message }) => `{{- if ${helm} }}\n{{- fail ${JSON.stringify(`${message}.`)} }}\n{{- end }}\n`,
    )
    .join('');
}

const notes = `To watch the rollout of {{ .Release.Name }}:
  kubectl --namespace {{ .Release.Namespace }} rollout status deployment/{{ .Release.Name }}
To show its pods, queues and errors:
  penstock status {{ .Release.Name }} --namespace {{ .Release.Namespace }}
`;

import { documents } from './documents.js';
import { helmCondition, helmTemplate } from './helm-template.js';
import { valuesFile, valuesSchema, valueTable } from './value-table.js';
import { rules, type Values } from './values.js';

/** The files of a Helm chart with these values as defaults, by path. */
export function helmChart(values: Values, chartVersion: string): Map<string, string> {
  const files = new Map([
    ['Chart.yaml', chartFile(values, chartVersion)],
    ['README.md', readme(values)],
    ['values.yaml', valuesFile(values)],
    ['values.schema.json', valuesSchema()],
    ['templates/_helpers.tpl', helpers],
    ['templates/rules.yaml', rulesTemplate()],
    ['templates/NOTES.txt', notes],
    ['templates/tests/responds.yaml', chartTest],
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
    // The first version with `preStop.sleep`.
    'kubeVersion: ">=1.30.0-0"',
    '',
  ].join('\n');
}

/** Names of Services start with a letter; names of releases need not. */
const helpers = `{{- define "penstock.name" -}}
{{- .Values.fullnameOverride | default .Release.Name -}}
{{- end -}}
{{- define "penstock.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}
`;

const nameRule = `{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$" (include "penstock.name" .)) }}
{{- fail (printf "%q cannot name the objects: a name starts with a letter and has at most 50 lowercase letters, digits and hyphens. Set fullnameOverride." (include "penstock.name" .)) }}
{{- end }}
`;

/** Rejects combinations of values that the schema cannot reject. */
function rulesTemplate(): string {
  const all = rules.map(
    ({ helm, message }) => `{{- if ${helm} }}\n{{- fail ${JSON.stringify(`${message}.`)} }}\n{{- end }}\n`,
  );
  return `${nameRule}${all.join('')}`;
}

const notes = `To watch the rollout of {{ .Release.Name }}:
  kubectl --namespace {{ .Release.Namespace }} rollout status deployment/{{ include "penstock.name" . }}
To show its pods, queues and errors:
  penstock status {{ include "penstock.name" . }} --namespace {{ .Release.Namespace }}
To check that the Service answers:
  helm test {{ .Release.Name }} --namespace {{ .Release.Namespace }}
Actions of the admin server need a token, in a Secret that this chart does not create:
  kubectl --namespace {{ .Release.Namespace }} create secret generic \\
    {{ .Values.admin.secret | default (printf "%s-admin-token" (include "penstock.name" .)) }} \\
    --from-literal={{ .Values.admin.key }}="$(openssl rand -hex 32)"
`;

/** Any response shows that the Service has a pod: what the app answers at / is unknown. */
const chartTest = `apiVersion: v1
kind: Pod
metadata:
  name: {{ include "penstock.name" . }}-test
  namespace: {{ .Release.Namespace }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
{{- if .Values.imagePullSecrets }}
  imagePullSecrets: {{ toJson .Values.imagePullSecrets }}
{{- end }}
  securityContext:
    runAsNonRoot: true
{{- if .Values.user }}
    runAsUser: {{ .Values.user }}
{{- end }}
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: test
      image: {{ toJson .Values.image }}
      imagePullPolicy: {{ .Values.imagePullPolicy }}
      command:
        - node
        - -e
        - fetch(process.argv[1]).then(({ status }) => process.exit(status < 500 ? 0 : 1), () => process.exit(1))
        - http://{{ include "penstock.name" . }}:{{ .Values.service.port }}/
      resources:
        requests: { cpu: 50m, memory: 64Mi, ephemeral-storage: 16Mi }
        limits: { memory: 128Mi, ephemeral-storage: 64Mi }
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
`;

function readme(values: Values): string {
  const rows = valueTable.map(({ doc, path }) => `| \`${path}\` | ${doc.replaceAll('|', '\\|')} |`);
  return `# ${values.name}

An R API or saved model, served by Penstock. Written by \`penstock manifests --helm\`.

\`\`\`sh
helm upgrade --install ${values.name} . --namespace NAMESPACE
helm test ${values.name} --namespace NAMESPACE
\`\`\`

| value | meaning |
| --- | --- |
${rows.join('\n')}
`;
}

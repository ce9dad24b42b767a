/**
 * The URL that spans are sent to, or undefined if tracing is off. This is separate from the OpenTelemetry SDK, which is
 * loaded only when tracing is on.
 *
 * @param option the collector's base URL from Penstock's configuration, which overrides the environment
 */
export function traceEndpoint(option: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || read('OTEL_TRACES_EXPORTER') === 'none')
    return undefined;
  const own = option === undefined ? read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') : undefined;
  const base = option ?? read('OTEL_EXPORTER_OTLP_ENDPOINT');
  const url = own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`);
  return url !== undefined && URL.canParse(url) ? url : undefined;
}

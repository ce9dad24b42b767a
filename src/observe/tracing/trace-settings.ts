import { type Sampler, samplerFrom } from './sampler.js';

/** Where traces go, and of whom they are. */
export interface TraceSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sampler: Sampler;
  /** Of the service: its name first of all. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What the configuration and the app say. */
export interface TraceOptions {
  /** Of the collector; undefined: as the environment says. */
  readonly endpoint: string | undefined;
  /** For want of `OTEL_SERVICE_NAME`. */
  readonly service: string;
  readonly release: string | undefined;
}

/**
 * Tracing as configured, by the option or by OpenTelemetry's own variables; undefined where it is off, as it is for want
 * of an endpoint.
 */
export function traceSettings(options: TraceOptions, env: NodeJS.ProcessEnv): TraceSettings | undefined {
  const said = (name: string): string | undefined => env[name]?.trim() || undefined;
  if (said('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || said('OTEL_TRACES_EXPORTER') === 'none')
    return undefined;
  const base = options.endpoint ?? said('OTEL_EXPORTER_OTLP_ENDPOINT');
  const own = options.endpoint === undefined ? said('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') : undefined;
  const url = own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined || !URL.canParse(url)) return undefined;
  return {
    url,
    headers: {
      ...pairs(said('OTEL_EXPORTER_OTLP_HEADERS')),
      ...pairs(said('OTEL_EXPORTER_OTLP_TRACES_HEADERS')),
    },
    sampler: samplerFrom(said('OTEL_TRACES_SAMPLER'), said('OTEL_TRACES_SAMPLER_ARG')),
    attributes: {
      'service.name': options.service,
      ...(options.release !== undefined && { 'service.version': options.release }),
      ...pairs(said('OTEL_RESOURCE_ATTRIBUTES')),
      ...(said('OTEL_SERVICE_NAME') !== undefined && { 'service.name': said('OTEL_SERVICE_NAME')! }),
    },
  };
}

/** `a=b,c=d` with percent-encoding, as in OpenTelemetry's variables. */
function pairs(text = ''): Record<string, string> {
  const entries = text.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(entries);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

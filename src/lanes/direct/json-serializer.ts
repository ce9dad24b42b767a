import type { DirectPlan, JsonSerializer } from '../../app/manifest.js';
import { type JsonPrintOptions, printOptions } from '../../json/index.js';

/** Prints values as one of the app's JSON serializers does. */
export interface Printer {
  readonly type: string;
  readonly options: JsonPrintOptions;
}

/** Translates a plumber serializer and its options. `r/serializers.R` allows only those that are supported here. */
export function jsonPrinter(serializer: JsonSerializer, session: DirectPlan['session']): Printer {
  const { options } = serializer;
  const pick = (from: string, to: keyof JsonPrintOptions): object =>
    options[from] === undefined ? {} : { [to]: options[from] };
  return {
    type: serializer.type,
    options: printOptions({
      ...pick('auto_unbox', 'autoUnbox'),
      ...pick('pretty', 'pretty'),
      ...pick('rownames', 'rownames'),
      ...pick('keep_vec_names', 'keepVecNames'),
      ...pick('UTC', 'UTC'),
      ...pick('always_decimal', 'alwaysDecimal'),
      ...pick('no_dots', 'noDots'),
      ...pick('json_verbatim', 'jsonVerbatim'),
      ...pick('digits', 'digits'),
      ...pick('na', 'na'),
      ...pick('null', 'null'),
      ...pick('dataframe', 'dataframe'),
      ...pick('matrix', 'matrix'),
      ...pick('Date', 'Date'),
      ...pick('POSIXt', 'POSIXt'),
      ...pick('factor', 'factor'),
      ...pick('raw', 'raw'),
      maxDigits: olderThan(session.jsonliteVersion, [1, 8, 5]) ? 15 : 17,
      nativeUtf8: session.utf8,
      timezone: session.timezone,
      digitsSecs: session.digitsSecs,
    }),
  };
}

function olderThan(version: string, than: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [i, wanted] of than.entries()) {
    const part = parts[i] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}

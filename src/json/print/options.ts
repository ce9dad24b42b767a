/** The arguments of `jsonlite::toJSON()` that are covered, with its defaults. */
export interface JsonPrintOptions {
  readonly dataframe: 'rows' | 'columns' | 'values';
  readonly matrix: 'rowmajor' | 'columnmajor';
  readonly Date: 'ISO8601' | 'epoch';
  readonly POSIXt: 'string' | 'ISO8601' | 'epoch';
  readonly factor: 'string' | 'integer';
  readonly raw: 'base64' | 'int' | 'js' | 'mongo';
  readonly null: 'list' | 'null';
  /** `undefined` is jsonlite's default: `null` for logical and character, `"NA"` for numbers. */
  readonly na: 'null' | 'string' | undefined;
  readonly autoUnbox: boolean;
  /** Decimals, or significant digits with `useSignif`; `null` is NA: all there are. */
  readonly digits: number | null;
  /** What `digits = I(4)` says. */
  readonly useSignif: boolean;
  readonly pretty: boolean;
  /** `undefined`: only row names that are not numbers. */
  readonly rownames: boolean | undefined;
  readonly keepVecNames: boolean;
  readonly UTC: boolean;
  readonly alwaysDecimal: boolean;
  readonly noDots: boolean;
  readonly jsonVerbatim: boolean;
  /** Significant digits at most: 15 up to jsonlite 1.8.4, 17 since. */
  readonly maxDigits: 15 | 17;
  /** The time zone of the R session, `undefined` when it is not known; matters to times without a zone. */
  readonly timezone: string | undefined;
  /** Whether strings without an encoding mark are UTF-8, as `l10n_info()` of the R session says. */
  readonly nativeUtf8: boolean;
  /** R's option `digits.secs`. */
  readonly digitsSecs: number;
}

const defaultPrintOptions: JsonPrintOptions = {
  dataframe: 'rows',
  matrix: 'rowmajor',
  Date: 'ISO8601',
  POSIXt: 'string',
  factor: 'string',
  raw: 'base64',
  null: 'list',
  na: undefined,
  autoUnbox: false,
  digits: 4,
  useSignif: false,
  pretty: false,
  rownames: undefined,
  keepVecNames: false,
  UTC: false,
  alwaysDecimal: false,
  noDots: false,
  jsonVerbatim: false,
  maxDigits: 15,
  timezone: undefined,
  nativeUtf8: true,
  digitsSecs: 0,
};

export function printOptions(options: Partial<JsonPrintOptions> = {}): JsonPrintOptions {
  return { ...defaultPrintOptions, ...options };
}

/** The supported arguments of `jsonlite::toJSON()`, with its defaults. */
export interface JsonPrintOptions {
  readonly dataframe: 'rows' | 'columns' | 'values';
  readonly matrix: 'rowmajor' | 'columnmajor';
  readonly Date: 'ISO8601' | 'epoch';
  readonly POSIXt: 'string' | 'ISO8601' | 'epoch';
  readonly factor: 'string' | 'integer';
  readonly raw: 'base64' | 'int' | 'js' | 'mongo';
  readonly null: 'list' | 'null';
  /** By default, as in jsonlite, `null` for logical and character, `"NA"` for numbers. */
  readonly na: 'null' | 'string' | undefined;
  readonly autoUnbox: boolean;
  /** Decimals, or significant digits with `useSignif`. `null` is R's NA: all digits. */
  readonly digits: number | null;
  /** Set by `digits = I(4)`. */
  readonly useSignif: boolean;
  readonly pretty: boolean;
  /** By default only row names that are not numbers. */
  readonly rownames: boolean | undefined;
  readonly keepVecNames: boolean;
  readonly UTC: boolean;
  readonly alwaysDecimal: boolean;
  readonly noDots: boolean;
  readonly jsonVerbatim: boolean;
  /** Maximum of significant digits: 15 up to jsonlite 1.8.4, 17 since. */
  readonly maxDigits: 15 | 17;
  /** The time zone of the R session, for times without a zone; undefined if unknown. */
  readonly timezone: string | undefined;
  /** Whether strings without an encoding mark are UTF-8, from `l10n_info()` of the R session. */
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

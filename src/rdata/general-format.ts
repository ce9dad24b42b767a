/**
 * C's `%.{digits}g`: significant digits without trailing zeros. Exponents below -4, or from `digits` on, are written
 * with at least two digits.
 */
export function formatGeneral(x: number, digits: number): string {
  // As in C: a negative precision means the default of 6, and 0 means 1.
  const precision = digits < 0 ? 6 : digits === 0 ? 1 : digits;
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const negative = x < 0;
  const [mantissa, exponent] = roundToDigits(Math.abs(x), precision);
  const text =
    exponent < -4 || exponent >= precision
      ? scientific(mantissa, exponent)
      : fixedNotation(mantissa, exponent);
  return negative ? `-${text}` : text;
}

/** The significant digits, without trailing zeros, and the decimal exponent of the first of them. */
export function roundToDigits(x: number, precision: number): [digits: string, exponent: number] {
  if (precision === 15 && x > 1e-300) {
    // A double holds any 15 digits. If its shortest form has no more, rounding to 15 gives the same digits.
    const shortest = shortestDigits(x);
    if (shortest[0].length <= 15) return shortest;
  }
  let text = x.toExponential(precision - 1);
  if (mayTie(x, precision, Number(text.slice(text.indexOf('e') + 1))) && isTie(x, precision))
    text = towardsEven(x, precision, text);
  const e = text.indexOf('e');
  const digits = text.slice(0, e).replace('.', '');
  return [stripZeros(digits), Number(text.slice(e + 1))];
}

function shortestDigits(x: number): [digits: string, exponent: number] {
  const text = String(x);
  const e = text.indexOf('e');
  const mantissa = e < 0 ? text : text.slice(0, e);
  const point = mantissa.indexOf('.');
  const whole = point < 0 ? mantissa.length : point;
  const digits = point < 0 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1);
  let leading = 0;
  while (digits.charCodeAt(leading) === 48) leading++;
  const exponent = whole - 1 - leading + (e < 0 ? 0 : Number(text.slice(e + 1)));
  return [stripZeros(leading === 0 ? digits : digits.slice(leading)), exponent];
}

const POWERS_OF_TEN = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/**
 * Rules out a tie quickly for nearly all numbers. A double with a fraction has as many decimals as its lowest bit is
 * below the point; one without is a multiple of 5^22 at most. `exponent` may be one too high, from rounding up.
 */
function mayTie(x: number, precision: number, exponent: number): boolean {
  const decimals = precision - exponent;
  if (decimals >= 0) return Number.isInteger(x * 2 ** (decimals + 1));
  for (let k = -decimals; k <= 1 - decimals; k++) {
    const unit = POWERS_OF_TEN[k];
    if (unit !== undefined && x % unit === unit / 2) return true;
  }
  return false;
}

/** Whether `x` lies exactly between two numbers with `precision` digits. JavaScript rounds ties up, C to even. */
function isTie(x: number, precision: number): boolean {
  // A tie has only zeros after the 5. Any other double differs from that within 40 digits.
  const exact = x.toExponential(Math.min(100, precision + 40));
  const e = exact.indexOf('e');
  if (exact.charCodeAt(precision + 1) !== 53) return false;
  for (let i = precision + 2; i < e; i++) if (exact.charCodeAt(i) !== 48) return false;
  return true;
}

function towardsEven(x: number, precision: number, roundedUp: string): string {
  const exact = x.toExponential(precision);
  const last = exact.charCodeAt(precision === 1 ? 0 : precision);
  if ((last - 48) % 2 === 1) return roundedUp;
  const e = exact.indexOf('e');
  const cut = exact.slice(0, precision === 1 ? 1 : precision + 1);
  return cut + exact.slice(e);
}

function stripZeros(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 48) end--;
  return digits.slice(0, end);
}

function scientific(digits: string, exponent: number): string {
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  const size = Math.abs(exponent);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
}

/** Writes digits and exponent as a plain decimal. */
export function fixedNotation(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits + '0'.repeat(exponent + 1 - digits.length);
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

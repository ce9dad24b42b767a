/**
 * R's `as.character()` of a double: at most 15 significant digits, in fixed notation unless scientific notation is
 * shorter by more than `scipen` (`formatReal` in R's `src/main/format.c`).
 */
import { fixedNotation, roundToDigits } from './general-format.js';

const MAX_DIGITS = 15;

/** Up to this power, R divides by constants in its source: doubles, which are rounded above 1e22. */
const LARGEST_CONSTANT = 27;

/** Mantissa bits of x86's extended doubles, which R calculates with. */
const EXTENDED_BITS = 64n;

export function numberText(x: number, scipen: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : x > 0 ? 'Inf' : '-Inf';
  if (x === 0) return '0';
  const sign = x < 0 ? '-' : '';
  const [digits, exponent] = significantDigits(Math.abs(x));
  const decimals = Math.max(0, digits.length - exponent - 1);
  const fixedWidth = Math.max(1, exponent + 1) + (decimals > 0 ? decimals + 1 : 0);
  const exponentText = `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  if (fixedWidth <= mantissa.length + exponentText.length + scipen)
    return sign + fixed(Math.abs(x), exponent, decimals);
  return sign + mantissa + exponentText;
}

/** Whether all versions of R write the number like this. R 4.3 changed the other forms. */
export function isPlainDecimal(text: string): boolean {
  return /^-?\d{1,15}(\.\d+)?$/.test(text);
}

/** C's `%.{decimals}f`; JavaScript's `toFixed` rounds ties up. */
function fixed(x: number, exponent: number, decimals: number): string {
  if (x >= 1e21) return BigInt(x).toString();
  return fixedNotation(...roundToDigits(x, exponent + 1 + decimals));
}

/** R's `scientific()`. It counts the digits by a division, whose rounding decides between two nearly equal results. */
function significantDigits(x: number): [digits: string, exponent: number] {
  const found = roundToDigits(x, MAX_DIGITS);
  const exponent = found[1];
  const further = x.toExponential(MAX_DIGITS + 2).slice(MAX_DIGITS + 1, MAX_DIGITS + 4);
  // Too far from the middle between two numbers for R's rounding errors to matter.
  if (further < '400' || further >= '600') return found;
  const scaled = inExtended(quotient(x, exponent - MAX_DIGITS + 1));
  let rounded = halfToEven(scaled);
  let count = MAX_DIGITS;
  for (; count > 1 && rounded % 10n === 0n; count -= 1) rounded /= 10n;
  return roundToDigits(x, count);
}

type Fraction = readonly [numerator: bigint, denominator: bigint];

/** x / 10^power, calculated as in R. */
function quotient(x: number, power: number): Fraction {
  const [top, bottom] = exactly(x);
  const size = Math.abs(power);
  const constant: Fraction =
    size <= LARGEST_CONSTANT ? exactly(Number(`1e${size}`)) : [10n ** BigInt(size), 1n];
  if (size <= LARGEST_CONSTANT && power < 0) return [top * constant[0], bottom * constant[1]];
  const [divisor, of] = inExtended(power < 0 ? [1n, constant[0]] : constant);
  return [top * of, bottom * divisor];
}

/** The exact value of a double. */
function exactly(x: number): Fraction {
  let bottom = 1n;
  let top = x;
  while (!Number.isInteger(top)) {
    top *= 2;
    bottom *= 2n;
  }
  return [BigInt(top), bottom];
}

/** The nearest extended double. */
function inExtended([top, bottom]: Fraction): Fraction {
  const bits = BigInt(top.toString(2).length - bottom.toString(2).length);
  let shift = EXTENDED_BITS - bits;
  const shifted = (): Fraction => (shift >= 0n ? [top << shift, bottom] : [top, bottom << -shift]);
  const [above, below] = shifted();
  if (above / below >= 1n << EXTENDED_BITS) shift -= 1n;
  const mantissa = halfToEven(shifted());
  return shift >= 0n ? [mantissa, 1n << shift] : [mantissa << -shift, 1n];
}

function halfToEven([top, bottom]: Fraction): bigint {
  const whole = top / bottom;
  const twice = 2n * (top % bottom);
  if (twice < bottom) return whole;
  if (twice > bottom) return whole + 1n;
  return whole + (whole % 2n);
}

/**
 * R's `as.character()` of a double: at most 15 significant digits, in fixed notation unless the scientific one is
 * shorter by more than `scipen` (`formatReal` in R's `src/main/format.c`).
 */
import { fixedNotation, roundToDigits } from './general-format.js';

export function numberText(x: number, scipen: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : x > 0 ? 'Inf' : '-Inf';
  if (x === 0) return '0';
  const sign = x < 0 ? '-' : '';
  const [digits, exponent] = roundToDigits(Math.abs(x), 15);
  const decimals = Math.max(0, digits.length - exponent - 1);
  const fixedWidth = Math.max(1, exponent + 1) + (decimals > 0 ? decimals + 1 : 0);
  const exponentText = `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  if (fixedWidth <= mantissa.length + exponentText.length + scipen)
    return sign + fixed(Math.abs(x), exponent, decimals);
  return sign + mantissa + exponentText;
}

/** Whether all versions of R write a number so: since 4.3 some others are written differently. */
export function isPlainDecimal(text: string): boolean {
  return /^-?\d{1,15}(\.\d+)?$/.test(text);
}

/** C's `%.{decimals}f`; JavaScript's `toFixed` rounds ties up. */
function fixed(x: number, exponent: number, decimals: number): string {
  if (x >= 1e21) return BigInt(x).toString();
  return fixedNotation(...roundToDigits(x, exponent + 1 + decimals));
}

/**
 * C's `%.{digits}g`: so many significant digits, trailing zeros dropped, an exponent of at least two digits when
 * it is below -4 or not below the number of digits.
 */
export function formatGeneral(x: number, digits: number): string {
  // As in C: a negative precision is as if there were none, and none at all means 6; 0 means 1.
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
  if (precision >= 15 && x < 1e15 && Number.isInteger(x)) {
    const text = String(x);
    return [stripZeros(text), text.length - 1];
  }
  let text = x.toExponential(precision - 1);
  if (isTie(x, precision)) text = towardsEven(x, precision, text);
  const e = text.indexOf('e');
  const digits = text.slice(0, e).replace('.', '');
  return [stripZeros(digits), Number(text.slice(e + 1))];
}

/** Whether `x` lies exactly between two numbers of that many digits. JavaScript then rounds up, C to even. */
function isTie(x: number, precision: number): boolean {
  // A double that is no tie differs from one within its first 40 digits; one that is has only zeros after the 5.
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

/** Digits and exponent without an exponent. */
export function fixedNotation(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits + '0'.repeat(exponent + 1 - digits.length);
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

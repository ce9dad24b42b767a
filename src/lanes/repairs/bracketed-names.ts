/** A name that ends in brackets, as PHP, Rails and jQuery write arrays: `a[]=1&a[]=2`. */
const BRACKETED = /(^|&)([^=&]+?)(?:\[\]|%5B%5D)(?==)/gi;

/** A query or a form whose names have no brackets at the end, so that plumber makes a vector of them. */
export function unbracketed(text: string): string {
  return text.replace(BRACKETED, '$1$2');
}

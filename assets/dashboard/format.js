/** Number and time formats, and helpers for elements. */

/** @param {number | null | undefined} value */
export function isNumber(value) {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

/** A count or a rate, with up to three significant digits. */
export function count(value) {
  if (!isNumber(value)) return '–';
  if (value >= 1e6) return `${(value / 1e6).toFixed(value >= 1e7 ? 1 : 2)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)}k`;
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : value >= 0.1 ? 2 : 3).replace(/\.?0+$/, '');
}

/** A duration in ms, in a readable unit. */
export function time(ms) {
  if (!isNumber(ms)) return '–';
  if (ms >= 60_000) return `${(ms / 60_000).toFixed(1)} min`;
  if (ms >= 1000) return `${Number((ms / 1000).toFixed(ms >= 10_000 ? 1 : 2))} s`;
  if (ms >= 10) return `${Math.round(ms)} ms`;
  if (ms >= 0.1 || ms === 0) return `${Number(ms.toFixed(1))} ms`;
  return `${Math.round(ms * 1000)} µs`;
}

/** An age in seconds, in a readable unit. */
export function age(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

export function bytes(value) {
  if (!isNumber(value)) return '–';
  if (value >= 1024 ** 3) return `${(value / 1024 ** 3).toFixed(1)} GB`;
  return `${Math.round(value / 1024 ** 2)} MB`;
}

export function percent(share) {
  if (!isNumber(share)) return '–';
  const value = share * 100;
  return `${value === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} %`;
}

/** The time of day of a timestamp in ms. */
export function clock(ms) {
  return new Date(ms).toLocaleTimeString('en-GB');
}

/** Creates an element. Attribute names that begin with a dot set properties. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('.')) element[key.slice(1)] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** Sets a text only if it differs, so that the browser does not lay out the element again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function at(id) {
  return document.getElementById(id);
}

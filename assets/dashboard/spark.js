const SECONDS = 60;

function svg(name, attributes = {}) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** A small line of the last minute, without axes. */
export class Spark {
  #path = svg('path', { class: 'line' });
  #area = svg('path', { class: 'area' });

  constructor() {
    this.element = svg('svg', {
      class: 'spark',
      viewBox: '0 0 100 28',
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
      focusable: 'false',
    });
    this.element.append(this.#area, this.#path);
  }

  update(list) {
    const values = list.slice(-SECONDS);
    if (values.length < 2) return;
    const top = Math.max(...values.map((value) => value ?? 0)) || 1;
    const points = values.map((value, i) => {
      const x = 100 - (values.length - 1 - i) * (100 / (SECONDS - 1));
      return `${x.toFixed(1)} ${(26 - ((value ?? 0) / top) * 24).toFixed(1)}`;
    });
    this.#path.setAttribute('d', `M${points.join('L')}`);
    this.#area.setAttribute('d', `M${points[0].split(' ')[0]} 28L${points.join('L')}L100 28Z`);
  }
}

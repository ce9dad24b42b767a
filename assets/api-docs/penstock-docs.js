import { bodyOf, exampleOf, fieldsOf, isFile, resolve } from './penstock-schema.js';

const root = new URL('..', location.href);
const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];
const withoutBody = new Set(['get', 'head']);
const at = (id) => document.getElementById(id);

function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

function paragraphs(text = '') {
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== '')
    .map((part) => el('p', {}, part));
}

function durationText(ms) {
  if (ms % 1000 !== 0) return `${ms} ms`;
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

/** Penstock's settings of a route, as short labels. */
function chips({ batch, cache, concurrency, stream, timeout } = {}) {
  return [
    stream !== undefined && `stream of ${stream}`,
    timeout !== undefined && `timeout ${durationText(timeout)}`,
    concurrency !== undefined && `max. ${concurrency} at once`,
    cache !== undefined && `cached ${durationText(cache)}`,
    batch !== undefined && `batches of up to ${batch}`,
  ].filter((text) => text !== false);
}

/** One operation: its parameters, a form that sends a request, and the response. */
class Operation {
  #spec;
  #path;
  #method;
  #operation;
  #inputs = [];
  #body;
  #curl = el('pre', { tabindex: '0', 'aria-label': 'curl command' });
  #answer = el('div', { class: 'answer' });
  #status = el('p', { class: 'status', role: 'status' });

  constructor(spec, path, method, operation, shared) {
    this.#spec = spec;
    this.#path = path;
    this.#method = method;
    this.#operation = {
      ...operation,
      parameters: [...shared, ...(operation.parameters ?? [])].map((one) => resolve(spec, one)),
    };
    const known = chips(operation['x-penstock']);
    const summary = el(
      'summary',
      {},
      el('span', { class: `method ${method}` }, method.toUpperCase()),
      el('span', { class: 'path' }, path),
      el('span', { class: 'muted' }, operation.summary ?? ''),
      known.length === 0
        ? undefined
        : el('span', { class: 'chips' }, ...known.map((text) => el('span', { class: 'chip' }, text))),
    );
    this.element = el('details', { class: 'operation' }, summary);
    this.text = `${method} ${path} ${operation.summary ?? ''} ${operation.description ?? ''}`.toLowerCase();
    // The contents are created when first opened, because there may be hundreds of operations.
    this.element.addEventListener('toggle', () => this.#fill(), { once: true });
  }

  #fill() {
    const { description, parameters, responses = {} } = this.#operation;
    const form = el('form');
    if (parameters.length > 0) form.append(el('h3', {}, 'Parameters'), this.#parameterFields(parameters));
    this.#body = this.#bodyInput();
    if (this.#body !== undefined) form.append(...this.#body.elements);
    const send = el('button', { class: 'send', type: 'submit' }, 'Send');
    form.append(el('div', { class: 'actions' }, send, this.#status));
    form.addEventListener('input', () => this.#showCurl());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    const answers = Object.entries(responses).map(([code, response]) =>
      el(
        'tr',
        {},
        el('td', {}, el('code', {}, code)),
        el('td', {}, resolve(this.#spec, response).description ?? ''),
      ),
    );
    this.element.append(
      el(
        'div',
        { class: 'inside' },
        ...paragraphs(description),
        form,
        this.#answer,
        el('h3', {}, 'curl command'),
        this.#curl,
        el('h3', {}, 'Responses'),
        el('div', { class: 'scroll' }, el('table', {}, el('tbody', {}, ...answers))),
      ),
    );
    this.#showCurl();
  }

  #parameterFields(parameters) {
    const fields = el('div', { class: 'fields' });
    for (const parameter of parameters) {
      const { description, in: place, name, required } = parameter;
      const schema = resolve(this.#spec, parameter.schema ?? {});
      const id = `p${Math.random().toString(36).slice(2)}`;
      const input = valueInput(schema, { id, required: required || place === 'path' });
      const value =
        parameter.example ?? schema.default ?? (place === 'path' ? exampleOf(this.#spec, schema) : undefined);
      if (value !== undefined)
        input.value = typeof value === 'object' ? JSON.stringify(value) : String(value);
      const type = [place, schema.type, schema.format, required ? 'required' : undefined].filter(
        (part) => part !== undefined,
      );
      const notes = [type.join(', '), description].filter((part) => part !== undefined && part !== '');
      fields.append(
        el('label', { for: id, class: 'label' }, el('code', {}, name)),
        el('div', {}, input, ' ', el('span', { class: 'note' }, notes.join('. '))),
      );
      this.#inputs.push({ place, name, input, isArray: schema.type === 'array' });
    }
    return fields;
  }

  #bodyInput() {
    const content = bodyOf(this.#spec, this.#operation);
    if (content === undefined || withoutBody.has(this.#method)) return undefined;
    const { example, schema, type } = content;
    const fields = fieldsOf(this.#spec, schema);
    const elements = [el('h3', {}, 'Body'), el('p', { class: 'muted' }, type)];
    const table = fields.length === 0 ? undefined : fieldTable(fields);
    if (type === 'multipart/form-data') {
      const inputs = fields.map(({ name, schema: of }) => {
        const id = `b${Math.random().toString(36).slice(2)}`;
        const many = of.type === 'array';
        const input = isFile(of) ? el('input', { type: 'file', id, multiple: many }) : el('input', { id });
        return { name, input, label: el('label', { for: id, class: 'label' }, el('code', {}, name)) };
      });
      elements.push(el('div', { class: 'fields' }, ...inputs.flatMap(({ input, label }) => [label, input])));
      return { type, elements, inputs };
    }
    const text = el('textarea', { 'aria-label': `Body, ${type}`, spellcheck: 'false' });
    text.value = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
    elements.push(text);
    if (table !== undefined) elements.push(el('h3', {}, 'Fields'), table);
    return { type, elements, text };
  }

  /** The request that the form describes. */
  #request() {
    let path = this.#path;
    const query = new URLSearchParams();
    const headers = {};
    for (const { input, isArray, name, place } of this.#inputs) {
      const { value } = input;
      if (value === '' && place !== 'path') continue;
      if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
      else if (place === 'header') headers[name] = value;
      else if (place === 'query')
        for (const one of isArray ? value.split(',') : [value]) query.append(name, one.trim());
    }
    const url = new URL(path.replace(/^\//, ''), root);
    url.search = query.toString();
    let body;
    if (this.#body?.inputs !== undefined) {
      body = new FormData();
      for (const { input, name } of this.#body.inputs) {
        if (input.files !== null) for (const file of input.files) body.append(name, file);
        else if (input.value !== '') body.append(name, input.value);
      }
    } else if (this.#body !== undefined && this.#body.text.value.trim() !== '') {
      headers['Content-Type'] = this.#body.type;
      body = this.#body.text.value;
    }
    return { url: url.href, method: this.#method.toUpperCase(), headers, body };
  }

  #showCurl() {
    const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
    const { body, headers, method, url } = this.#request();
    const parts = ['curl'];
    if (method !== (body === undefined ? 'GET' : 'POST'))
      parts.push(method === 'HEAD' ? '--head' : `-X ${method}`);
    for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
    if (typeof body === 'string') parts.push(`-d ${quoted(compact(body))}`);
    else if (body !== undefined) {
      for (const [name, value] of body)
        parts.push(`-F ${quoted(typeof value === 'string' ? `${name}=${value}` : `${name}=@${value.name}`)}`);
    }
    parts.push(quoted(url));
    this.#curl.textContent = parts.join(' ');
  }

  async #send() {
    const { url, ...options } = this.#request();
    this.#status.className = 'status';
    this.#status.textContent = 'Waiting for the response…';
    const began = performance.now();
    try {
      const response = await fetch(url, options);
      const blob = await response.blob();
      const took = performance.now() - began;
      this.#status.classList.toggle('failed', !response.ok);
      this.#status.textContent = `${response.status} ${response.statusText}, ${took < 10 ? took.toFixed(1) : Math.round(took)} ms, ${blob.size.toLocaleString('en')} bytes`;
      this.#answer.replaceChildren(
        await shown(blob, response.headers.get('Content-Type') ?? ''),
        headerList(response.headers),
      );
    } catch (error) {
      this.#status.classList.add('failed');
      this.#status.textContent = `No response: ${error.message}`;
      this.#answer.replaceChildren();
    }
  }
}

function valueInput(schema, attributes) {
  const choices = schema.type === 'boolean' ? ['true', 'false'] : schema.enum;
  if (choices === undefined) {
    const number = schema.type === 'integer' || schema.type === 'number';
    return el('input', {
      ...attributes,
      inputmode: number ? 'decimal' : undefined,
      spellcheck: 'false',
      autocomplete: 'off',
    });
  }
  const options = choices.map((choice) => el('option', {}, String(choice)));
  return el(
    'select',
    attributes,
    ...(attributes.required ? [] : [el('option', { value: '' }, '(none)')]),
    ...options,
  );
}

function fieldTable(fields) {
  const rows = fields.map(({ name, required, schema }) => {
    const { description, enum: choices, format, maximum, minimum, nullable, type } = schema;
    const range =
      minimum === undefined && maximum === undefined ? undefined : `${minimum ?? '…'} to ${maximum ?? '…'}`;
    const values = [choices?.filter((choice) => choice !== null).join(', '), range, description].filter(
      (part) => part !== undefined,
    );
    const missing = required ? (nullable ? 'no, but may be null' : 'no') : 'yes';
    const cells = [
      el('code', {}, name),
      [type, format].filter((part) => part !== undefined).join(', '),
      values.join('; '),
      missing,
    ];
    return el('tr', {}, ...cells.map((cell) => el('td', {}, cell)));
  });
  const head = ['Name', 'Type', 'Values', 'Optional'].map((text) => el('th', { scope: 'col' }, text));
  return el(
    'div',
    { class: 'scroll' },
    el('table', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows)),
  );
}

function compact(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** A response's body: an image, text, or a download. */
async function shown(blob, type) {
  if (type.startsWith('image/')) return el('img', { alt: 'Response', src: URL.createObjectURL(blob) });
  if (!/^(text\/|application\/(.*\+)?(json|xml|yaml|javascript))/.test(type) && blob.size > 0) {
    return el(
      'p',
      {},
      el(
        'a',
        { href: URL.createObjectURL(blob), download: 'response' },
        `Save the response (${type || 'unknown type'})`,
      ),
    );
  }
  const text = await blob.text();
  const isJson = /json/.test(type);
  return el('pre', { tabindex: '0', 'aria-label': 'Response body' }, isJson ? indented(text) : text);
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function headerList(headers) {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  return el(
    'details',
    {},
    el('summary', {}, 'Headers'),
    el('pre', { tabindex: '0', 'aria-label': 'Response headers' }, lines),
  );
}

function show(spec) {
  const { description, title = 'API', version } = spec.info ?? {};
  document.title = at('title').textContent = title;
  at('about').textContent = version === undefined ? '' : `Version ${version}`;
  at('description').replaceChildren(...paragraphs(description));
  const groups = new Map();
  for (const [path, item] of Object.entries(spec.paths ?? {})) {
    for (const method of methods) {
      if (item[method] === undefined) continue;
      const operation = new Operation(spec, path, method, item[method], item.parameters ?? []);
      const tag = item[method].tags?.[0] ?? '';
      groups.set(tag, [...(groups.get(tag) ?? []), operation]);
    }
  }
  const sections = [...groups].map(([tag, operations]) => ({
    operations,
    element: el(
      'section',
      {},
      tag === '' ? el('h2', {}, groups.size > 1 ? 'Other endpoints' : 'Endpoints') : el('h2', {}, tag),
      ...operations.map(({ element }) => element),
    ),
  }));
  at('operations').replaceChildren(...sections.map(({ element }) => element));
  const all = sections.flatMap(({ operations }) => operations);
  const [first] = all;
  if (first !== undefined) first.element.open = true;
  at('find').addEventListener('submit', (event) => event.preventDefault());
  at('find').addEventListener('input', (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/);
    for (const { element, operations } of sections) {
      for (const operation of operations)
        operation.element.hidden = !words.every((word) => operation.text.includes(word));
      element.hidden = operations.every((operation) => operation.element.hidden);
    }
  });
}

try {
  const response = await fetch(new URL('openapi.json', root));
  if (!response.ok) throw new Error(`the server responded with status ${response.status}`);
  show(await response.json());
} catch (error) {
  at('loading').textContent = `Could not load openapi.json: ${error.message}`;
}

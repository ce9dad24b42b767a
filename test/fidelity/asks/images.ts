import { type Ask, get } from '../ask.js';
import { pdfDates } from '../normalise.js';

// One worker, because cairo continues the numbers of the parts of SVG files within a process.
export const images: readonly Ask[] = [
  get('/png'),
  get('/png-size'),
  get('/jpeg'),
  get('/svg'),
  get('/bmp'),
  get('/tiff'),
  get('/pdf', { normalise: [pdfDates] }),
  get('/agg_png'),
  get('/agg_jpeg'),
  get('/agg_tiff'),
  get('/svglite'),
  get('/argument?colour=red'),
  get('/value-is-dropped'),
  get('/nothing-drawn'),
  get('/fails'),
  get('/after-failure'),
  get('/short-png'),
  get('/short-png-size'),
  get('/device'),
  get('/grid'),
  get('/own-device'),
];

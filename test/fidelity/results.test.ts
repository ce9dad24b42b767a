import { answers } from './asks/answers.js';
import { later } from './asks/async.js';
import { blocks } from './asks/blocks.js';
import { images } from './asks/images.js';
import { output } from './asks/output.js';
import { reading } from './asks/reading.js';
import { routing } from './asks/routing.js';
import { serializers } from './asks/serializers.js';
import { values } from './asks/values.js';
import { joinedFidelity } from './fidelity.js';

joinedFidelity(
  { sameInBothLanes: true, share: 3 },
  {
    'answers.R': answers,
    'async.R': later,
    'blocks.R': blocks,
    'images.R': images,
    'output.R': output,
    'reading.R': reading,
    'routing.R': routing,
    'serializers.R': serializers,
    'values.R': values,
  },
);

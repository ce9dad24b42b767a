import { sampled } from '../support/sized.js';
import { get } from './ask.js';
import { argumentsOfHandlers } from './asks/arguments.js';
import { cookies } from './asks/cookies.js';
import { encoding } from './asks/encoding.js';
import { parsers } from './asks/parsers.js';
import { request } from './asks/request.js';
import { response } from './asks/response.js';
import { wire } from './asks/wire.js';
import { fidelity, joinedFidelity } from './fidelity.js';

/** Raw bodies reach R in memory, or in files. */
const ways = [[], ['--body-file-size', '1']];

for (const flags of sampled(ways, ways.length)) {
  joinedFidelity(
    { share: 2, flags },
    {
      'arguments.R': argumentsOfHandlers,
      'cookies.R': cookies,
      'encoding.R': encoding,
      'parsers.R': parsers,
      'request.R': request,
      'response.R': response,
      'wire.R': wire,
    },
  );
}

// plumber 1.3 can't read such a file, so it is left out when a plumber of its own is tested.
if (process.env.PENSTOCK_TEST_R_LIBS === undefined)
  fidelity('byte-order-mark.R', { sameInBothLanes: true }, [get('/text')]);

# Generated from src/protocol/frame.ts and src/protocol/payloads.ts, which describe the protocol; `npm run docs`
# writes it.

frame_version <- 1L

# Bytes
header_size <- 16L
read_at_once <- 4000L

# Flags
tell_begun <- 1L

# An environment, since looking for a name in a long list takes longer.
frame_types <- list2env(list(
  request = 1L,
  stop = 2L,
  ping = 3L,
  call = 4L,
  print = 5L,
  predict = 6L,
  batch = 7L,
  collect = 8L,
  abandon = 9L,
  socket_opened = 10L,
  socket_message = 11L,
  socket_closed = 12L,
  relay = 13L,
  pull = 14L,
  fork = 64L,
  become = 65L,
  reap = 66L,
  hello = 129L,
  step = 130L,
  ready = 131L,
  load_failed = 132L,
  result = 133L,
  interrupted = 134L,
  pong = 135L,
  value = 136L,
  unstarted = 137L,
  failed = 138L,
  begun = 139L,
  opened = 140L,
  resumed = 141L,
  rested = 142L,
  socket_accepted = 143L,
  socket_refused = 144L,
  socket_send = 145L,
  socket_close = 146L,
  broadcast = 147L,
  streamed = 148L,
  chunk = 149L,
  last_chunk = 150L,
  held_chunk = 151L,
  ended = 152L,
  preloaded = 192L,
  forked = 193L
), parent = emptyenv())

# The parts of payloads from the gateway that are lists without names
request_parts <- c("fields", "body")
call_parts <- c("route", "query", "path", "body_form", "body", "raw_body", "fields")
batch_parts <- c("joined", "sizes", "calls")
predict_parts <- c("model", "options", "data")
print_parts <- c("serializer", "value", "status", "header_names", "header_values")

# The parts of payloads to the gateway that are lists without names:
# - value: serializer, value, status, header_names, header_values
# - prediction: columns, message
# - batch_value: serializer, value, answers
# - batch_answer: kind, answer

# Frames between gateway and worker. src/protocol/frame.ts is the other side and describes the format:
# 16 bytes of header, little-endian: payload length (u32), version (u8), type (u8), flags (u16), request id (u32),
# time (u32); then the payload, a serialized R value.

frame_version <- 1L

frame_types <- list(
  # gateway to worker
  request = 1L, stop = 2L, ping = 3L, call = 4L, print = 5L, predict = 6L, batch = 7L, collect = 8L,
  # gateway to a process that workers are forked from
  fork = 64L, become = 65L, reap = 66L,
  # worker to gateway
  hello = 129L, step = 130L, ready = 131L, load_failed = 132L, result = 133L, interrupted = 134L,
  pong = 135L, value = 136L, unstarted = 137L, failed = 138L, begun = 139L,
  # from a process that workers are forked from
  preloaded = 192L, forked = 193L
)

# Payloads above this are written apart from their header, which saves one copy of them.
frame_split <- 65536L

# Above this a payload's memory is freed at once, which takes some milliseconds.
frame_large <- 1048576L

# Up to this a payload lies in R's buffer of the connection when its header has been read: no more wait. The gateway
# goes by the same number.
frame_buffered <- 4000L

# What is written at once of a long payload: the kernel has room for so much when it has room for anything.
frame_piece <- 16384L

# Whether all is written: nothing is where an interrupt comes, since R waits before it writes.
write_piece <- function(bytes, con) {
  tryCatch({
    writeBin(bytes, con)
    TRUE
  }, interrupt = function(e) FALSE)
}

# An interrupt that comes meanwhile comes too late.
write_pieces <- function(bytes, con) {
  size <- length(bytes)
  from <- 1L
  while (from <= size) {
    to <- min(from + frame_piece - 1L, size)
    if (write_piece(bytes[from:to], con)) from <- to + 1L
  }
}

# A frame that an interrupt has cut in two leaves the connection out of step, of no more use. The gateway sends none
# while it may be read.
in_step <- function(transfer) {
  tryCatch(transfer, interrupt = function(e) stop("interrupted in the middle of a frame", call. = FALSE))
}

connect_gateway <- function(port) {
  args <- list(host = "127.0.0.1", port = port, open = "r+b", blocking = TRUE, timeout = 2147483L)
  # Without it the kernel may hold a small answer back for 40 ms. R has the option since 4.0.4 or so.
  if ("options" %in% names(formals(socketConnection))) args$options <- "no-delay"
  do.call(socketConnection, args)
}

# time: microseconds that it took
write_frame <- function(con, type, id, value, time = 0L) {
  payload <- value_bytes(value)
  size <- length(payload)
  header <- words_bytes(c(size, frame_version + 256L * type, id, time))
  if (size > frame_split) {
    writeBin(header, con)
    write_pieces(payload, con)
    # R would let tens of megabytes of such payloads come together before it looks for them.
    payload <- NULL
    if (size > frame_large) gc(full = FALSE)
  } else {
    writeBin(c(header, payload), con)
  }
}

# The next frame, or NULL when the gateway has gone.
read_frame <- function(con) {
  header <- read_bytes(con, 16L)
  if (length(header) < 16L) return(NULL)
  words <- bytes_words(header, 4L)
  version <- words[2L] %% 256L
  if (version != frame_version) stop("the gateway speaks frame version ", version, ", this worker ", frame_version)
  size <- words[1L]
  payload <- if (size > frame_buffered) {
    in_step(read_bytes(con, size))
  } else if (size > 0L) {
    read_bytes(con, size)
  } else if (size < 0L) {
    stop("a frame that is longer than R can hold")
  }
  if (length(payload) < size) return(NULL)
  list(type = (words[2L] %/% 256L) %% 256L, id = words[3L], start_by = words[4L], payload = payload)
}

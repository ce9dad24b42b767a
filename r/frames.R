# Reads and writes frames. src/protocol/frame.ts describes the format: 16 bytes of header, little-endian (payload length
# u32, version u8, type u8, flags u16, request id u32, time u32), then the payload, a serialized R value.

# Larger payloads, in bytes, are written apart from their header, which saves a copy of them.
separate_payload_size <- 65536L

# The memory of larger payloads, in bytes, is freed at once. That takes some milliseconds.
collected_payload_size <- 1048576L

# Bytes of a large payload that are written at once: if the socket has room at all, it has room for so many.
write_size <- 16384L

# Whether the bytes were written. R waits for the socket before it writes, so an interrupt means that none was.
write_piece <- function(bytes, con) {
  tryCatch({
    write_bytes(bytes, con)
    TRUE
  }, interrupt = function(e) FALSE)
}

# Drops interrupts: they come too late for a request that has its answer.
write_pieces <- function(bytes, con) {
  size <- length(bytes)
  from <- 1L
  while (from <= size) {
    to <- min(from + write_size - 1L, size)
    if (write_piece(bytes[from:to], con)) from <- to + 1L
  }
}

# After an interrupt in the middle of a frame the connection can't be used any more. The gateway sends no interrupt
# while R may be reading a frame.
without_interrupt <- function(transfer) {
  tryCatch(transfer, interrupt = function(e) stop("interrupted in the middle of a frame", call. = FALSE))
}

connect_gateway <- function(port) {
  args <- list(host = "127.0.0.1", port = port, open = "r+b", blocking = TRUE, timeout = 2147483L)
  # Without it the kernel may hold a small answer back for 40 ms. R has the option since about 4.0.4.
  if ("options" %in% names(formals(socketConnection))) args$options <- "no-delay"
  do.call(socketConnection, args)
}

# time: microseconds that the request took
write_frame <- function(con, type, id, value, time = 0L) {
  payload <- value_bytes(value)
  size <- length(payload)
  words <- c(size, frame_version + 256L * type, id, time)
  if (size > separate_payload_size) {
    write_bytes(words_bytes(words), con)
    write_pieces(payload, con)
    # Otherwise R lets tens of megabytes of such payloads accumulate before it collects them.
    payload <- NULL
    if (size > collected_payload_size) gc(full = FALSE)
  } else {
    write_bytes(c(words_bytes(words), payload), con)
  }
}

# The next frame, or NULL if the gateway has closed the connection.
read_frame <- function(con) {
  header <- read_bytes(con, header_size)
  if (length(header) < header_size) return(NULL)
  words <- bytes_words(header, 4L)
  version <- words[2L] %% 256L
  if (version != frame_version) {
    stop("the gateway uses version ", version, " of the protocol, this worker version ", frame_version)
  }
  size <- words[1L]
  # R's buffer of the connection holds a short payload once it holds the header, so reading it does not wait.
  payload <- if (size > read_at_once) {
    without_interrupt(read_bytes(con, size))
  } else if (size > 0L) {
    read_bytes(con, size)
  } else if (size < 0L) {
    stop("the gateway sent a frame of more than 2^31 - 1 bytes, which R can't hold")
  }
  if (length(payload) < size) return(NULL)
  list(
    type = (words[2L] %/% 256L) %% 256L, flags = if (words[4L] > 0L) words[2L] %/% 65536L else 0L,
    id = words[3L], start_by = words[4L], payload = payload
  )
}

# Responses have names. Values for the gateway to print have none. A promise of either has a class.
result_type <- function(result) {
  if (is.null(result)) frame_types$interrupted
  else if (is.null(names(result))) frame_types$value
  else if (is.object(result)) frame_types$opened
  else if (is.null(result$stream)) frame_types$result
  else frame_types$streamed
}

# Makes the request object that plumber expects from its own server, httpuv.

# What httpuv sets on every request and the gateway does not know.
request_constants <- new.env(parent = emptyenv())

# httpuv's rook.errors and its input stream of a request without body.
error_stream <- list(
  cat = function(..., sep = " ", fill = FALSE, labels = NULL) {
    base::cat(..., sep = sep, fill = fill, labels = labels, file = stderr())
  },
  flush = function() base::flush(stderr())
)

empty_input <- list(
  read_lines = function(n = -1L) character(),
  read = function(l = -1L) raw(),
  rewind = function() invisible(),
  close = function() invisible()
)

# httpuv's input stream over a body in memory. Only read_lines() makes a connection, because most bodies are read whole.
body_input <- function(body) {
  at <- 0
  size <- length(body)
  list(
    read_lines = function(n = -1L) {
      con <- rawConnection(if (at > 0) body[-seq_len(at)] else body)
      on.exit(close(con))
      lines <- readLines(con, n, warn = FALSE)
      at <<- if (n < 0L) size else min(size, at + sum(nchar(lines, "bytes") + 1))
      lines
    },
    read = function(l = -1L) {
      if (l < 0) l <- size - at
      if (l == 0) return(raw())
      from <- at
      at <<- min(size, at + l)
      if (from == 0 && at == size) body else body[seq.int(from + 1, length.out = at - from)]
    },
    rewind = function() {
      before <- at
      at <<- 0
      before
    }
  )
}

# fields: the request's variables, a named list (REQUEST_METHOD, PATH_INFO, HTTP_*, HEADERS, …); body: raw or NULL
rook_request <- function(fields, body) {
  req <- as_environment(fields)
  req$rook.input <- if (is.null(body)) empty_input else body_input(body)
  req$rook.errors <- error_stream
  req$httpuv.version <- request_constants$httpuv_version
  req
}

# Makes the request object that plumber expects from its own server, httpuv.

# What httpuv sets on every request and the gateway does not know: `version`, `errors`, the stream for messages, and
# `no_body`, the input stream of a request without body.
request_constants <- new.env(parent = emptyenv())

note_request_constants <- function() {
  httpuv <- asNamespace("httpuv")
  request_constants$version <- utils::packageVersion("httpuv")
  request_constants$errors <- httpuv$stdErrStream
  request_constants$no_body <- httpuv$nullInputStream
}

# httpuv's input stream. Only read_lines() makes a connection, because most bodies are read whole.
# bytes(from, l), lines_at(from): how a body is read that is not in memory but in a file at `path`
body_input <- function(body, size = as.numeric(length(body)),
                       bytes = function(from, l) if (l == size) body else body[seq.int(from + 1, length.out = l)],
                       lines_at = function(from) rawConnection(if (from > 0) body[-seq_len(from)] else body),
                       path = NULL) {
  at <- 0
  self <- as_environment(list(
    initialize = function(conn, length) NULL,
    read_lines = function(n = -1L) {
      con <- lines_at(at)
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
      bytes(from, at - from)
    },
    rewind = function() {
      before <- at
      at <<- 0
      before
    },
    .__enclos_env__ = environment()
  ))
  class(self) <- c("InputStream", "R6")
  lock_environment(self)
  self
}

# The connection that httpuv's input stream reads, for those who look at it. body: raw, or the path of a file
body_connection <- function(body, req) {
  con <- if (is.character(body)) file_at(body) else file("", "w+b")
  if (is.raw(body)) {
    writeBin(body, con)
    seek(con, 0)
  }
  reg.finalizer(req, function(req) tryCatch(close(con), error = function(e) NULL))
  con
}

# fields: the request's variables, a named list (REQUEST_METHOD, PATH_INFO, HTTP_*, HEADERS, …)
# body: raw, NULL, or the path of a file
rook_request <- function(fields, body) {
  req <- as_environment(fields)
  if (is.null(body)) {
    req$rook.input <- request_constants$no_body
  } else {
    req$rook.input <- if (is.character(body)) file_input(body) else body_input(body)
    if (is.character(body)) add_body_file(req, body)
    delay(".bodyData", quote(body_connection(body, req)), environment(), req)
  }
  req$rook.errors <- request_constants$errors
  req$httpuv.version <- request_constants$version
  req
}

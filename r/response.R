# From what plumber's router returns to what the gateway sends, by httpuv's rules (httpuv 1.6: rookCall() and
# listToResponse()): an R error in the router and an answer that is not a response are two different 500s.

text_500 <- function(text) {
  list(status = 500L, names = "Content-Type", values = "text/plain; charset=UTF-8", body = charToRaw(enc2utf8(text)))
}

router_failed <- function(e) {
  text_500(paste("ERROR:", conditionMessage(e), collapse = "\n"))
}

# Status, header names and values, and a body (raw, or NULL for none) or a file that the gateway is to send.
http_response <- function(resp) {
  headers <- tryCatch(lapply(resp$headers, paste), error = identity)
  if (inherits(headers, "error")) return(router_failed(headers))
  tryCatch(
    checked_response(resp$status, headers, resp$body),
    error = function(e) text_500("An exception occurred.")
  )
}

checked_response <- function(status, headers, body) {
  if (!is.numeric(status) && !is.logical(status) || length(status) != 1L) stop("status is not a number")
  values <- vapply(headers, identity, "")
  answer <- list(
    status = as.integer(status),
    names = if (length(values)) names(values) else character(),
    values = as.vector(values)
  )
  if ("file" %in% names(body)) {
    answer$file <- normalizePath(body[["file"]], mustWork = FALSE)
    answer$owned <- isTRUE(as.logical(body[["owned"]]))
  } else if (is.character(body)) {
    # No text at all is an error, and of several the first counts.
    answer$body <- charToRaw(body)
  } else if (!is.null(body)) {
    if (!typeof(body) %in% c("raw", "logical", "integer", "double", "complex")) stop("body is not raw")
    answer$body <- if (is.raw(body)) as.vector(body) else as.raw(body)
  }
  answer
}

# Runs the event loop until a promise is settled; as in httpuv, a rejection is a failure of the router.
await_response <- function(promise) {
  answer <- NULL
  promises::then(
    promise,
    onFulfilled = function(value) answer <<- http_response(value),
    onRejected = function(e) answer <<- router_failed(e)
  )
  while (is.null(answer)) run_callbacks(Inf)
  answer
}

# The serializers of streams: how a route says that its response is sent in pieces, and the bytes of each element.

# name: of the format, as the gateway knows it
# encoder(): returns a function that makes the bytes of one element; it is called for each stream
stream_serializer <- function(type, name, encoder) {
  make <- function(value) {
    body <- new.env(parent = emptyenv())
    body$value <- value
    body$name <- name
    body$encoder <- encoder
    structure(body, class = "penstock_stream")
  }
  plumber::serializer_headers(list("Content-Type" = type), structure(make, class = "penstock_stream_format"))
}

# Whether a serializer of plumber is one of these.
makes_stream <- function(serializer) {
  is.function(serializer) && inherits(environment(serializer)$serialize_fn, "penstock_stream_format")
}

# The format of the stream that a serializer makes; NULL for any other.
stream_format <- function(serializer) {
  if (makes_stream(serializer)) environment(environment(serializer)$serialize_fn)$name
}

# `@serializer sse`, `@serializer ndjson`, and `@serializer stream list(type = "text/csv")`.
# ...: options for toJSON()
stream_serializers <- list(
  sse = function(...) {
    json <- json_text(...)
    stream_serializer("text/event-stream", "events", function() function(element) event_bytes(element, json))
  },
  ndjson = function(...) {
    json <- json_text(...)
    stream_serializer("application/x-ndjson", "pieces", function() function(element) json_lines(element, json))
  },
  stream = function(type = "text/plain; charset=UTF-8") {
    comma <- grepl("^text/csv", type)
    stream_serializer(type, "pieces", if (comma) csv_encoder else function() plain_bytes)
  }
)

# An app, or a later version of plumber, may have serializers with these names.
register_stream_serializers <- function() {
  for (name in setdiff(names(stream_serializers), plumber::registered_serializers())) {
    plumber::register_serializer(name, stream_serializers[[name]])
  }
}

# JSON as plumber's `unboxedJSON` prints it.
json_text <- function(auto_unbox = TRUE, ...) {
  force(auto_unbox)
  function(value) if (inherits(value, "json")) value else jsonlite::toJSON(value, auto_unbox = auto_unbox, ...)
}

text_bytes <- function(text) charToRaw(enc2utf8(paste(text, collapse = "")))

event_fields <- c("event", "data", "id", "retry", "comment")

# A list with only these names is an event, unless it has nothing but an `id`: that may be an object.
is_event <- function(element) {
  named <- names(element)
  is.list(element) && !is.object(element) && !is.null(named) && all(named %in% event_fields) && !identical(named, "id")
}

# One event of the HTML standard (9.2.6).
event_bytes <- function(element, json) {
  if (is.null(element)) return(raw())
  event <- if (is_event(element)) element else list(data = element)
  data <- event$data
  text <- if (is.null(data)) "" else if (is.character(data)) paste(data, collapse = "\n") else json(data)
  text_bytes(c(
    if (!is.null(event$comment)) field_lines("", event$comment),
    if (!is.null(event$event)) field_lines("event", one_line(event$event, "event")),
    if (!is.null(event$id)) field_lines("id", one_line(event$id, "id")),
    if (!is.null(event$retry)) field_lines("retry", one_line(format(event$retry, scientific = FALSE), "retry")),
    if (!is.null(data) || !is.null(event$event)) field_lines("data", text),
    "\n"
  ))
}

# A line for each line of the text. strsplit() drops an empty text at the end, so there is one more to drop.
field_lines <- function(name, text) {
  whole <- gsub("\r\n?", "\n", paste(text, collapse = "\n"))
  lines <- strsplit(paste0(whole, "\n"), "\n", fixed = TRUE)[[1L]]
  paste0(name, ": ", lines, "\n")
}

one_line <- function(value, name) {
  text <- as.character(value)
  if (length(text) != 1L || grepl("[\r\n]", text)) stop("the ", name, " of an event must be one line of text")
  text
}

# A data frame has a line for each row.
json_lines <- function(element, json) {
  if (is.null(element)) return(raw())
  if (!is.data.frame(element)) return(text_bytes(c(json(element), "\n")))
  if (nrow(element) == 0L) return(raw())
  rows <- lapply(seq_len(nrow(element)), function(i) sub("^\\[(.*)\\]$", "\\1", json(element[i, , drop = FALSE])))
  text_bytes(paste0(rows, "\n"))
}

plain_bytes <- function(element) {
  if (is.raw(element)) return(as.vector(element))
  if (is.null(element)) return(raw())
  if (!is.atomic(element)) stop("an element of a stream must be text, a number or bytes, not ", class(element)[1L])
  text_bytes(as.character(element))
}

# Data frames become rows. The first one brings the names of the columns.
csv_encoder <- function() {
  headed <- FALSE
  function(element) {
    if (!is.data.frame(element)) return(plain_bytes(element))
    con <- rawConnection(raw(), "wb")
    on.exit(close(con))
    utils::write.table(element, con, sep = ",", qmethod = "double", row.names = FALSE, col.names = !headed, na = "")
    headed <<- TRUE
    rawConnectionValue(con)
  }
}

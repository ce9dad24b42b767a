# Where in the user's files an error was raised.

# The innermost call with a source reference to a file. calls: the stack at the time of the error
call_location <- function(calls) {
  for (call in rev(calls)) {
    ref <- attr(call, "srcref")
    source <- if (!is.null(ref)) attr(ref, "srcfile")
    file <- source$filename
    if (length(file) && nzchar(file)) return(list(file = absolute_path(file, source$wd), line = ref[1L]))
  }
  NULL
}

absolute_path <- function(path, folder) {
  if (is.null(folder) || grepl("^(/|~|[A-Za-z]:)", path)) path else file.path(folder, path)
}

# An error of the app's files that has a place, such as a wrong tag.
stop_at <- function(file, line, ...) {
  stop(structure(
    class = c("located_error", "error", "condition"),
    list(message = paste0(...), call = NULL, file = file, line = line)
  ))
}

# The place that a message of plumber (`Error on line #N: '…' - …`) or of R's parser names, in the app's file or in one
# that it sources. plumber names the line above an expression that fails.
message_location <- function(message, file) {
  block <- regmatches(message, regexec("^Error on line #([0-9]+): '", message))[[1L]]
  if (length(block) == 0L) return(parser_location(message))
  evaluated <- grepl("^[^\n]*' - Error", message)
  sourced <- if (evaluated) parser_location(sub("^[^\n]*' - Error in [^\n]*?: ", "", message))
  if (is.null(sourced)) list(file = file, line = as.integer(block[2L]) + evaluated) else sourced
}

# `file:line:column: …`
parser_location <- function(message) {
  place <- regmatches(message, regexec("^([^\n]+?):([0-9]+):[0-9]+: ", message))[[1L]]
  if (length(place) == 3L && file.exists(place[2L])) {
    list(file = normalizePath(place[2L]), line = as.integer(place[3L]))
  }
}

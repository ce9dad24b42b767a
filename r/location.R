# Where in the user's files something went wrong.

# calls: the stack at the time of the error; the innermost call that carries a source reference to a file.
call_location <- function(calls) {
  for (call in rev(calls)) {
    ref <- attr(call, "srcref")
    file <- if (!is.null(ref)) attr(ref, "srcfile")$filename
    if (length(file) && nzchar(file)) return(list(file = file, line = ref[1L]))
  }
  NULL
}

# What R's parser (`file:line:column: …`) and plumber (`Error on line #N: …`) say themselves. plumber counts an
# expression that fails from the line above it.
message_location <- function(message, file) {
  parser <- regmatches(message, regexec("^(.*?):([0-9]+):[0-9]+: ", message))[[1L]]
  if (length(parser) == 3L) return(list(file = file, line = as.integer(parser[3L])))
  block <- regmatches(message, regexec("^Error on line #([0-9]+): '[^\n]*' - (Error)?", message))[[1L]]
  if (length(block) == 3L) list(file = file, line = as.integer(block[2L]) + nzchar(block[3L]))
}

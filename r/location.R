# Where in the user's files an error was raised.

# The innermost call with a source reference to a file. calls: the stack at the time of the error
call_location <- function(calls) {
  for (call in rev(calls)) {
    ref <- attr(call, "srcref")
    file <- if (!is.null(ref)) attr(ref, "srcfile")$filename
    if (length(file) && nzchar(file)) return(list(file = file, line = ref[1L]))
  }
  NULL
}

# The line that a message of R's parser (`file:line:column: …`) or of plumber (`Error on line #N: …`) names. plumber
# names the line above an expression that fails.
message_location <- function(message, file) {
  parser <- regmatches(message, regexec("^(.*?):([0-9]+):[0-9]+: ", message))[[1L]]
  if (length(parser) == 3L) return(list(file = file, line = as.integer(parser[3L])))
  block <- regmatches(message, regexec("^Error on line #([0-9]+): '[^\n]*' - (Error)?", message))[[1L]]
  if (length(block) == 3L) list(file = file, line = as.integer(block[2L]) + nzchar(block[3L]))
}

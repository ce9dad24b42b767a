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

# plumber names the line of a block that it could not use in its message.
message_location <- function(message, file) {
  found <- regmatches(message, regexec("^Error on line #([0-9]+)", message))[[1L]]
  if (length(found) == 2L) list(file = file, line = as.integer(found[2L]))
}

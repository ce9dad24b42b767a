# The app's calls at an interrupt or an error, for the log and the dashboard.

# The number of calls that are reported, the innermost ones, and the characters of each.
most_calls <- 50L
call_width <- 160L

# Whether a function is the worker's or plumber's.
is_own_or_plumber <- function(f) {
  env <- environment(f)
  if (is.null(env)) return(FALSE)
  exists("frame_types", envir = env) || (isNamespaceLoaded("plumber") && identical(topenv(env), asNamespace("plumber")))
}

# Whether a function is R's, such as the do.call() that calls the app's.
is_base <- function(f) is.null(environment(f)) || identical(environment(f), .BaseNamespaceEnv)

# The app's calls at this moment, the outermost first. A handler of the condition calls this. last: the frame that
# called the handler
app_calls <- function(last = sys.nframe() - 2L) {
  frames <- seq_len(last)
  outer <- Position(function(i) is_own_or_plumber(sys.function(i)), frames, right = TRUE)
  inner <- frames[frames > if (is.na(outer)) 0L else outer]
  first <- Find(function(i) !is_base(sys.function(i)), inner)
  if (is.null(first)) return(NULL)
  app <- utils::tail(inner[inner >= first], most_calls)
  vapply(sys.calls()[app], call_text, "")
}

# plumber and the direct lane call the app's function by value, so that call has no name.
call_text <- function(call) {
  if (is.function(call[[1L]])) return("<handler>")
  text <- tryCatch(deparse(call, width.cutoff = 500L, nlines = 1L)[1L], error = function(e) "?")
  if (nchar(text, "bytes") > call_width) paste0(substr(text, 1L, call_width), " ...") else text
}

# Calls between the error and its handler.
raising <- c(
  "stop", ".handleSimpleError", "h", "signalCondition", ".signalCondition", "withRestarts", "withOneRestart",
  "doWithOneRestart", "abort", "signal_abort"
)

# Leaves out the calls that only raise the error.
without_raising <- function(calls) {
  names <- sub("^(base::|rlang::)?([.A-Za-z_]+)\\(.*$", "\\2", calls)
  keep <- Position(function(name) !(name %in% raising), names, right = TRUE)
  if (is.na(keep)) character() else calls[seq_len(keep)]
}

# The characters of an error's message that are reported.
most_message <- 4000L

# Set by the loop: reports an error that the app has not caught to the gateway.
failures <- new.env(parent = emptyenv())
failures$tell <- function(failure) NULL

# What is reported of an error. last: the frame that called the handler
failure_report <- function(e, last) {
  call <- conditionCall(e)
  where <- call_location(sys.calls()[seq_len(last)])
  list(
    message = substr(enc2utf8(conditionMessage(e)), 1L, most_message),
    call = if (is.null(call)) NULL else call_text(call),
    calls = without_raising(app_calls(last)),
    file = where$file,
    line = where$line
  )
}

# A calling handler for an error that is about to become an answer. It never changes the outcome.
note_failure <- function(e) {
  last <- sys.nframe() - 1L
  tryCatch(failures$tell(failure_report(e, last)), error = function(e) NULL)
}

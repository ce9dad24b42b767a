# Where the app was when an interrupt came, or an error, for the log and the dashboard.

# Calls of a deep recursion that are told, the innermost ones, and characters of each.
most_calls <- 50L
call_width <- 160L

# Whether a function is one of those around the app's: the worker's own, or plumber's.
is_surrounding <- function(f) {
  env <- environment(f)
  if (is.null(env)) return(FALSE)
  exists("frame_types", envir = env) || (isNamespaceLoaded("plumber") && identical(topenv(env), asNamespace("plumber")))
}

# Whether it is R's, as do.call() that calls the app's.
is_base <- function(f) is.null(environment(f)) || identical(environment(f), .BaseNamespaceEnv)

# The app's calls at this moment, the outermost first; to be called by a handler of the condition. last: the frame that
# the handler was called from.
app_calls <- function(last = sys.nframe() - 2L) {
  frames <- seq_len(last)
  outer <- Position(function(i) is_surrounding(sys.function(i)), frames, right = TRUE)
  inner <- frames[frames > if (is.na(outer)) 0L else outer]
  first <- Find(function(i) !is_base(sys.function(i)), inner)
  if (is.null(first)) return(NULL)
  app <- utils::tail(inner[inner >= first], most_calls)
  vapply(sys.calls()[app], call_text, "")
}

# The app's function itself has no name where plumber, or the direct lane, calls it.
call_text <- function(call) {
  if (is.function(call[[1L]])) return("<handler>")
  text <- tryCatch(deparse(call, width.cutoff = 500L, nlines = 1L)[1L], error = function(e) "?")
  if (nchar(text, "bytes") > call_width) paste0(substr(text, 1L, call_width), " ...") else text
}

# Calls by which R, or the app, comes from what has failed to the handler of the error.
raising <- c(
  "stop", ".handleSimpleError", "h", "signalCondition", ".signalCondition", "withRestarts", "withOneRestart",
  "doWithOneRestart", "abort", "signal_abort"
)

# Without the calls that only say that it was an error.
without_raising <- function(calls) {
  names <- sub("^(base::|rlang::)?([.A-Za-z_]+)\\(.*$", "\\2", calls)
  keep <- Position(function(name) !(name %in% raising), names, right = TRUE)
  if (is.na(keep)) character() else calls[seq_len(keep)]
}

# Characters of an error's message that are told.
most_message <- 4000L

# Set by the loop: tells the gateway of an error that the app has not caught itself.
failures <- new.env(parent = emptyenv())
failures$tell <- function(failure) NULL

# For withCallingHandlers(): an error that is about to become an answer. It changes nothing, whatever happens in here.
note_failure <- function(e) {
  last <- sys.nframe() - 1L
  tryCatch({
    call <- conditionCall(e)
    failures$tell(list(
      message = substr(enc2utf8(conditionMessage(e)), 1L, most_message),
      call = if (is.null(call)) NULL else call_text(call),
      calls = without_raising(app_calls(last))
    ))
  }, error = function(e) NULL)
}

# Where the app was when an interrupt came, for the log.

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

# The app's calls at this moment, the outermost first; to be called by a handler of the condition.
app_calls <- function() {
  frames <- seq_len(sys.nframe() - 2L)
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

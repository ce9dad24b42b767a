# Loads and runs plumber apps with the real plumber package.

# app: list(file, directory, entry). With entry "directory" plumber chooses the file (entrypoint.R).
load_router <- function(app) {
  # R's parser reports the line of a syntax error; plumber does not.
  parse(app$file, keep.source = FALSE, encoding = "UTF-8")
  if (app$entry == "directory") plumber::plumb(dir = app$directory) else plumber::plumb(app$file)
}

# Runs the router's own `$run()` with the worker's loop in place of httpuv's server. So plumber itself does all that it
# does around serving, whatever its version: late options, mounted documentation, working directory, exit hooks.
run_router <- function(router, host, port, loop) {
  replace_binding("runServer", asNamespace("httpuv"), function(host, port, app, ...) loop(app))
  # plumber takes port 0 for an error. The port only shows in the address of its documentation.
  args <- list(host = host, port = if (port == 0L) 8000L else port)
  if ("quiet" %in% names(formals(router$run))) args$quiet <- TRUE
  do.call(router$run, args)
}

replace_binding <- function(name, namespace, value) {
  unlockBinding(name, namespace)
  assign(name, value, envir = namespace)
  lockBinding(name, namespace)
}

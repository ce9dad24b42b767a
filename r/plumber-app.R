# Plumber apps: loaded and run by the real plumber package.

# app: list(file, directory, entry): entry "directory" leaves the choice of the file to plumber (entrypoint.R)
load_router <- function(app) {
  # plumber only says which file it can't parse; R's parser says where.
  parse(app$file, keep.source = FALSE, encoding = "UTF-8")
  if (app$entry == "directory") plumber::plumb(dir = app$directory) else plumber::plumb(app$file)
}

# Runs a router's own `$run()`, with the worker's loop in place of httpuv's server. So everything that plumber does
# around serving (options read late, documentation mounted, working directory, exit hooks) is plumber's own doing,
# whatever its version.
run_router <- function(router, host, port, loop) {
  replace_binding("runServer", asNamespace("httpuv"), function(host, port, app, ...) loop(app))
  # 0, any free port, means to plumber that it found none; what it is given only shows in its documentation's address.
  args <- list(host = host, port = if (port == 0L) 8000L else port)
  if ("quiet" %in% names(formals(router$run))) args$quiet <- TRUE
  do.call(router$run, args)
}

replace_binding <- function(name, namespace, value) {
  unlockBinding(name, namespace)
  assign(name, value, envir = namespace)
  lockBinding(name, namespace)
}

# The plumber lane: the whole request goes through the router.
plumber_engine <- function(router) {
  engine(function(call) {
    req <- rook_request(call[[1L]], call[[2L]])
    early <- router$onHeaders(req)
    resp <- if (is.null(early)) router$call(req) else early
    if (promises::is.promising(resp)) await_response(resp) else http_response(resp)
  })
}

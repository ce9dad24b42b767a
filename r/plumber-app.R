# Loads and runs plumber apps with the real plumber package.

# app: list(file, directory, entry). With entry "directory" plumber chooses the file (entrypoint.R).
# on_run(router): serves a router that the app runs while it is loaded, see take_over_servers()
load_router <- function(app, on_run) {
  check_source(app$file)
  give_back <- take_over_servers(on_run)
  on.exit(give_back())
  if (app$entry == "directory") plumber::plumb(dir = app$directory) else plumber::plumb(app$file)
}

# plumber reports neither the line of a syntax error nor a wrong encoding.
check_source <- function(file) {
  fault <- encoding_fault(file)
  if (!is.null(fault)) stop_at(file, fault$line, fault$message)
  lines <- source_lines(file)
  parse(text = lines, keep.source = TRUE, srcfile = srcfilecopy(file, lines), encoding = "UTF-8")
}

# Many files end with pr_run() or `$run()`. plumber's own server would then start while the app is loaded, with none of
# the gateway's rules and limits. Instead on_run() serves the router, within that call, until the worker stops. Returns
# a function that ends this.
take_over_servers <- function(on_run) {
  httpuv <- asNamespace("httpuv")
  own <- list(runServer = httpuv$runServer, startServer = httpuv$startServer)
  give_back <- function() for (name in names(own)) replace_binding(name, httpuv, own[[name]])
  replace_binding("runServer", httpuv, function(host, port, app, ...) {
    if (!inherits(app, "Plumber")) refuse_server("runServer")
    give_back()
    message("The app runs its router: host ", host, " and port ", port, " are ignored, see --host and --port.")
    on_run(app)
    signalCondition(structure(class = c("app_stopped", "condition"), list(message = "", call = NULL)))
  })
  replace_binding("startServer", httpuv, function(host, port, app, ...) {
    # plumber tries whether a port is free.
    if (length(app) == 0L) own$startServer(host, port, app, ...) else refuse_server("startServer")
  })
  give_back
}

refuse_server <- function(name) {
  stop("the app starts an HTTP server of its own (httpuv::", name, "()), which Penstock cannot serve. ",
       "It serves plumber routers and saved models", call. = FALSE)
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

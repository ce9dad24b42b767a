# Loads and runs plumber apps with the real plumber package.

# app: list(file, directory, entry). With entry "directory" plumber chooses the file (entrypoint.R).
# on_run, on_app: see take_over_servers()
load_router <- function(app, on_run, on_app) {
  check_source(app$file)
  servers <- take_over_servers(on_run, on_app)
  on.exit(servers$give_back())
  router <- if (app$entry == "directory") plumber::plumb(dir = app$directory) else plumber::plumb(app$file)
  if (servers$is_served()) {
    stop("the app has a router of plumber and starts httpuv's server. Penstock serves one of them: remove the other",
         call. = FALSE)
  }
  router
}

# plumber reports neither the line of a syntax error nor a wrong encoding.
check_source <- function(file) {
  fault <- encoding_fault(file)
  if (!is.null(fault)) stop_at(file, fault$line, fault$message)
  lines <- source_lines(file)
  parse(text = lines, keep.source = TRUE, srcfile = srcfilecopy(file, lines), encoding = "UTF-8")
}

# Many files end with pr_run() or `$run()`, and apps of other frameworks start httpuv's server themselves. That server
# would then run while the app is loaded, with none of the gateway's rules and limits. Instead these functions serve the
# app, within the app's call, until the worker stops.
# on_run() serves a router of plumber. on_app() begins to serve another app, and returns serve() of frame_server().
# Returns give_back(), which ends this unless an app is served, is_served() and serve().
take_over_servers <- function(on_run, on_app) {
  httpuv <- asNamespace("httpuv")
  own <- mget(c("runServer", "startServer", "service", "stopServer", "startDaemonizedServer"), httpuv)
  serve <- NULL
  give_back <- function() if (is.null(serve)) for (name in names(own)) replace_binding(name, httpuv, own[[name]])
  tell <- function(what, host, port) {
    message("The app runs ", what, ": host ", host, " and port ", port, " are ignored, see --host and --port.")
  }
  start_server <- function(host, port, app, ...) {
    if (is.function(app)) app <- list(call = app)
    # plumber tries whether a port is free.
    if (length(app) == 0L) return(own$startServer(host, port, app, ...))
    if (framework_of(app, NULL) == "shiny") refuse_shiny()
    if (!is.null(serve)) stop("the app starts a second HTTP server. Penstock serves one", call. = FALSE)
    tell("httpuv's server", host, port)
    serve <<- on_app(app)
    server_handle(httpuv, app)
  }
  serve_for <- function(timeoutMs = 1000) { # nolint: object_name_linter.
    if (is.null(serve)) return(own$service(timeoutMs))
    seconds <- if (is.na(timeoutMs)) 0 else if (timeoutMs %in% c(0, Inf)) Inf else timeoutMs / 1000
    if (serve(seconds)) stop_app()
    TRUE
  }
  replace_binding("startServer", httpuv, start_server)
  replace_binding("startDaemonizedServer", httpuv, start_server)
  replace_binding("service", httpuv, serve_for)
  replace_binding("stopServer", httpuv, function(server) if (inherits(server, "Server")) server$stop())
  replace_binding("runServer", httpuv, function(host, port, app, ...) {
    if (inherits(app, "Plumber")) {
      give_back()
      tell("its router", host, port)
      on_run(app)
      stop_app()
    }
    start_server(host, port, app)
    serve_for(0)
  })
  list(give_back = give_back, is_served = function() !is.null(serve), serve = serve_for)
}

refuse_shiny <- function() {
  stop("the app is a Shiny app, which Penstock does not serve. Use Shiny Server or Posit Connect", call. = FALSE)
}

# Ends the app's own loop and what is around it, so that its exit code runs.
stop_app <- function() {
  signalCondition(structure(class = c("app_stopped", "condition"), list(message = "", call = NULL)))
}

# What startServer() returns, as far as apps use it.
server_handle <- function(httpuv, app) {
  runs <- TRUE
  handle <- list2env(list(
    getHost = function() "127.0.0.1",
    getPort = function() 8000L,
    isRunning = function() runs,
    stop = function() runs <<- FALSE,
    getStaticPaths = function() httpuv$normalizeStaticPaths(app$staticPaths)
  ), parent = emptyenv())
  class(handle) <- c("WebServer", "Server", "R6")
  handle
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

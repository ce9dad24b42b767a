# Apps that run on httpuv: an R file that starts httpuv's server, or hands its app to a framework that does.

# The value of the app's file, or what its engine has started. Most apps are served before it returns.
load_httpuv_app <- function(app) {
  if (app$entry == "server") return(launch_engine(app$file))
  check_source(app$file)
  if (app$entry == "plumber2") return(plumber2_api(app$file))
  source(app$file, local = globalenv(), keep.source = TRUE, encoding = "UTF-8")$value
}

plumber2_api <- function(file) asNamespace("plumber2")$api(file, env = globalenv())

# `_server.yml` names the package that serves the folder: `engine: NAME`.
launch_engine <- function(file) {
  settings <- asNamespace("yaml")$read_yaml(file)
  engine <- settings$engine
  if (!is_text(engine)) stop_at(file, 1L, "expected `engine: PACKAGE`, the R package that serves this folder")
  namespace <- asNamespace(engine)
  # launch_server() of fiery 1.5 takes what source() returns for the app itself, and fails.
  if (engine == "fiery" && !is.null(settings$constructor)) {
    return(source(file.path(dirname(file), settings$constructor), keep.source = TRUE, encoding = "UTF-8")$value)
  }
  launch <- get0("launch_server", namespace, inherits = FALSE)
  if (is.null(launch)) stop_at(file, 1L, "the package ", engine, " has no function launch_server()")
  launch(file, host = "127.0.0.1", port = 8000L)
}

# Runs an app that has been made but not started.
start_app <- function(value) {
  if (inherits(value, "shiny.appobj")) refuse_shiny()
  if (inherits(value, "Fire")) value$ignite(block = TRUE, silent = TRUE)
  else if (inherits(value, "Ambiorix")) value$start(open = FALSE)
  else if (is_httpuv_app(value)) httpuv::runServer("127.0.0.1", 8000L, value)
}

is_httpuv_app <- function(value) is.list(value) && is.function(value$call)

# Serves apps of other frameworks than plumber. settings, step, start, files_read: see plumber_app()
# Returns function(app) for take_over_servers().
httpuv_server <- function(settings, step, start, files_read) {
  function(app) {
    files <- files_read()
    fire <- fire_of(app)
    step("serve")
    note_request_constants()
    wrapper <- asNamespace("httpuv")$AppWrapper$new(app)
    manifest <- httpuv_manifest(app, fire, wrapper, settings$app, files)
    engines <- list()
    engines[[frame_types$request]] <- plumber_engine(answering_app(app))
    if (!settings$preloads) gc()
    con <- start(list())
    server <- socket_server(con, engines, manifest, wrapper)
    if (!is.null(fire)) relay_broadcasts(fire, server$send)
    server$serve
  }
}

# httpuv's rules for what an app may lack.
answering_app <- function(app) {
  list(
    onHeaders = if (is.function(app$onHeaders)) app$onHeaders else function(req) NULL,
    call = if (is.function(app$call)) app$call else function(req) {
      list(status = 404L, headers = list(`Content-Type` = "text/plain"), body = "404 Not Found\n")
    }
  )
}

# The object of fiery that an app for httpuv belongs to; NULL for other apps.
fire_of <- function(app) {
  fire <- if (is.function(app$call)) environment(app$call)$self
  if (inherits(fire, "Fire")) fire
}

# The package that has made the app.
framework_of <- function(app, fire) {
  if (!is.null(fire)) return(if (inherits(fire, "Plumber2")) "plumber2" else "fiery")
  name <- if (is.function(app$call)) environmentName(topenv(environment(app$call)))
  if (length(name) && nzchar(name) && !name %in% c("R_GlobalEnv", "base")) name else "httpuv"
}

httpuv_manifest <- function(app, fire, wrapper, location, files) {
  framework <- framework_of(app, fire)
  list(
    r_version = as.character(getRversion()),
    library = .libPaths()[[1L]],
    framework = list(
      name = framework,
      version = as.character(utils::packageVersion(framework)),
      knows_routes = framework == "plumber2"
    ),
    sockets = is.function(app$onWSOpen),
    static_paths = unname(static_paths(wrapper)),
    routes = tryCatch(fire_routes(fire), error = function(e) list()),
    filters = list(),
    files = as.list(unname(files)),
    hazards = tryCatch(penstock_hazards(location$file, location$directory), error = function(e) list())
  )
}

# httpuv's static paths, with the options of the app filled in.
static_paths <- function(wrapper) {
  paths <- wrapper$staticPaths
  lapply(names(paths), function(at) {
    path <- paths[[at]]
    options <- wrapper$staticPathOptions
    for (name in names(path$options)) if (!is.null(path$options[[name]])) options[[name]] <- path$options[[name]]
    headers <- as.list(options$headers)
    list(
      at = at,
      folder = if (is.null(path$path)) "" else path$path,
      index = isTRUE(options$indexhtml),
      fallthrough = isTRUE(options$fallthrough),
      charset = if (is.null(options$html_charset)) "" else options$html_charset,
      header_names = as.list(names(headers)),
      header_values = unname(lapply(headers, as.character)),
      validation = as.list(as.character(unlist(options$validation))),
      exclude = isTRUE(options$exclude)
    )
  })
}

# The routes of an app of fiery that uses routr, as plumber2 does.
fire_routes <- function(fire) {
  found <- list()
  if (is.null(fire)) return(found)
  for (name in c("request_router", "header_router")) {
    router <- fire[[name]]
    if (inherits(router, "RouteStack")) found <- c(found, stack_routes(router))
  }
  for (plugin in fire$plugins) if (inherits(plugin, "RouteStack")) found <- c(found, stack_routes(plugin))
  unique(found)
}

stack_routes <- function(stack) {
  found <- list()
  for (name in stack$routes) {
    route <- stack$get_route(name)
    routing <- route$.__enclos_env__$private$routing
    root <- sub("/$", "", if (is.null(route$root)) "" else sub("^\\^", "", route$root))
    for (method in names(routing)) {
      verb <- if (method == "all") "ANY" else toupper(method)
      for (path in names(routing[[method]]$paths())) {
        found[[length(found) + 1L]] <- list(
          verbs = list(verb), path = paste0(root, path), mount = "", regex = "", serializer = name
        )
      }
    }
  }
  found
}

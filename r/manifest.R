# The manifest: what a worker reports about the app that it has loaded.

# The content type of a serializer of plumber is in its closure.
serializer_content_type <- function(serializer) {
  if (!is.function(serializer)) return(NULL)
  env <- environment(serializer)
  headers <- if (is.environment(env)) env$headers
  type <- if (is.list(headers)) headers[["Content-Type"]]
  if (is.character(type)) type[1L]
}

default_serializer_name <- "(default)"

# direct: the endpoint's place in the direct lane's plan, NULL in a router that only plumber runs
describe_endpoint <- function(endpoint, mount, preempt, direct) {
  type <- serializer_content_type(endpoint$serializer)
  line <- endpoint$lines[1L]
  regex <- endpoint$.__enclos_env__$private$regex$regex
  list(
    verbs = as.character(endpoint$verbs),
    path = paste0(mount, endpoint$path),
    mount = mount,
    regex = if (is.null(regex)) "" else regex, # without it, the endpoint may match every path
    preempt = if (preempt %in% c("__no-preempt__", "")) NULL else preempt,
    serializer = if (is.null(endpoint$serializer)) default_serializer_name else if (is.null(type)) "custom" else type,
    line = if (is.numeric(line) && !is.na(line)) as.integer(line) else NULL,
    stream = stream_format(endpoint$serializer),
    direct = direct
  )
}

place_in_plan <- function(endpoint, plan, number) {
  for (i in seq_along(plan$routes)) {
    route <- plan$routes[[i]]
    if (route$router == number && identical(route$step, endpoint)) return(i)
  }
  NULL
}

# number: the router's place in the plan, 0 if it is not part of it
describe_router <- function(router, plan, number = 1L, mount = "") {
  routes <- list()
  groups <- router$endpoints
  for (preempt in names(groups)) {
    routes <- c(routes, lapply(groups[[preempt]], function(endpoint) {
      describe_endpoint(endpoint, mount, preempt, place_in_plan(endpoint, plan, number))
    }))
  }
  mounts <- router$mounts
  for (path in names(mounts)) {
    inner <- mounts[[path]]
    at <- paste0(mount, sub("/$", "", path))
    planned <- if (number > 0L) plan$routers[[number]]$mounts[[path]] else 0L
    routes <- c(routes, if (inherits(inner, "PlumberStatic")) {
      list(list(verbs = c("GET", "HEAD"), path = paste0(at, "/*"), mount = at, serializer = "static files"))
    } else {
      describe_router(inner, plan, planned, at)
    })
  }
  routes
}

router_filters <- function(router) {
  builtin <- c("queryString", "body", "cookieParser", "sharedSecret")
  setdiff(vapply(router$filters, function(f) f$name, ""), builtin)
}

# files: those read while the app was loaded
app_manifest <- function(router, app, plan, files) {
  list(
    r_version = as.character(getRversion()),
    plumber_version = as.character(utils::packageVersion("plumber")),
    library = .libPaths()[[1L]],
    sockets = takes_sockets(router),
    routes = unname(describe_router(router, plan)),
    filters = as.list(unname(router_filters(router))),
    direct = describe_direct(plan, router),
    files = as.list(unname(files)),
    hazards = tryCatch(penstock_hazards(app$file, app$directory), error = function(e) list())
  )
}

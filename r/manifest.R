# What the worker reports of an app that it has loaded.

# The content type and the options of a serializer made by plumber stand in its closures.
serializer_content_type <- function(serializer) {
  if (!is.function(serializer)) return(NULL)
  env <- environment(serializer)
  headers <- if (is.environment(env)) env$headers
  type <- if (is.list(headers)) headers[["Content-Type"]]
  if (is.character(type)) type[1L]
}

default_serializer_name <- "(default)"

describe_endpoint <- function(endpoint, mount, preempt) {
  type <- serializer_content_type(endpoint$serializer)
  list(
    verbs = as.character(endpoint$verbs),
    path = paste0(mount, endpoint$path),
    preempt = if (preempt %in% c("__no-preempt__", "")) NULL else preempt,
    serializer = if (is.null(endpoint$serializer)) default_serializer_name else if (is.null(type)) "custom" else type,
    line = if (is.numeric(endpoint$lines) && !is.na(endpoint$lines[1L])) as.integer(endpoint$lines[1L]) else NULL
  )
}

describe_router <- function(router, mount = "") {
  routes <- list()
  groups <- router$endpoints
  for (preempt in names(groups)) {
    routes <- c(routes, lapply(groups[[preempt]], describe_endpoint, mount = mount, preempt = preempt))
  }
  mounts <- router$mounts
  for (path in names(mounts)) {
    inner <- mounts[[path]]
    at <- paste0(mount, sub("/$", "", path))
    routes <- c(routes, if (inherits(inner, "PlumberStatic")) {
      list(list(verbs = c("GET", "HEAD"), path = paste0(at, "/*"), serializer = "static files"))
    } else {
      describe_router(inner, at)
    })
  }
  routes
}

router_filters <- function(router) {
  builtin <- c("queryString", "body", "cookieParser", "sharedSecret")
  setdiff(vapply(router$filters, function(f) f$name, ""), builtin)
}

app_manifest <- function(router, app, plan) {
  list(
    r_version = as.character(getRversion()),
    plumber_version = as.character(utils::packageVersion("plumber")),
    pid = Sys.getpid(),
    routes = unname(describe_router(router)),
    filters = as.list(unname(router_filters(router))),
    direct = describe_direct(plan, router),
    hazards = tryCatch(penstock_hazards(app$file, app$directory), error = function(e) list())
  )
}

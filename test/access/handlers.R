# Builds the APIs of a file and sends them requests, in real plumber. Reports the routes of each, as Penstock's manifest
# has them, and which handlers ran for each request, with the path that the handler has of its own.
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
worker <- new.env(parent = baseenv())
files <- c("internals.R", "manifest.R", "serializers.R", "stream-formats.R", "annotations.R", "policy-tags.R",
           "plumber-app.R", "direct/plan.R", "direct/plan-check.R")
for (file in files) sys.source(file.path(arguments[3], file), envir = worker, keep.source = FALSE)

ran <- character()

own_path <- function(template, args) {
  for (value in unlist(args)) {
    template <- sub("<[^>]+>", utils::URLencode(as.character(value), reserved = TRUE), template)
  }
  template
}

handler <- function(template, forwards) {
  force(template)
  force(forwards)
  function(req, res) {
    ran <<- c(ran, own_path(template, req$argsPath))
    if (forwards) plumber::forward() else "done"
  }
}

add_routes <- function(router, routes, at) {
  for (route in routes) {
    preempt <- if (isTRUE(route$first)) "queryString"
    router$handle(unlist(route$verbs), route$path, handler(paste0(at, route$path), isTRUE(route$forwards)), preempt)
  }
  router
}

build <- function(api) {
  router <- add_routes(plumber::pr(), api$routes, "")
  for (mount in api$mounts) {
    inner <- add_routes(plumber::pr(), mount$routes, mount$path)
    if (isTRUE(mount$files)) inner <- plumber::PlumberStatic$new(folder)
    router$mount(mount$path, inner)
  }
  router
}

ask <- function(router, request, mounts) {
  ran <<- character()
  none <- function(...) raw()
  req <- as.environment(list(
    REQUEST_METHOD = request$method, PATH_INFO = request$path, QUERY_STRING = "", HEADERS = character(),
    rook.input = list(read_lines = function(...) "", rewind = none, read = none)
  ))
  body <- router$call(req)$body
  # A static file contains its path within the folder.
  if (is.raw(body) && startsWith(rawToChar(body), "file ")) {
    mount <- Filter(function(mount) isTRUE(mount$files) && startsWith(request$path, paste0(mount$path, "/")), mounts)
    ran <<- paste0(mount[[1]]$path, sub("file ", "", rawToChar(body)))
  }
  as.list(ran)
}

apis <- jsonlite::fromJSON(arguments[2], simplifyVector = FALSE)
answers <- lapply(apis, function(api) {
  router <- build(api)
  routes <- worker$describe_router(router, worker$direct_plan(router))
  for (i in seq_along(routes)) routes[[i]]$verbs <- as.list(routes[[i]]$verbs)
  list(
    routes = lapply(routes, function(route) Filter(Negate(is.null), route)),
    ran = lapply(api$requests, function(request) ask(router, request, api$mounts))
  )
})
writeLines(jsonlite::toJSON(answers, auto_unbox = TRUE), arguments[4]) # plumber prints errors

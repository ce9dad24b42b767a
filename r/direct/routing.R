# Routes a request as plumber's route() does: filters, endpoints and mounted routers in their order.

# Each group of endpoints, then the filter after it, until one of them ends the request.
# match: the endpoint that the gateway has found among those of all routers and groups. It holds as long as nothing has
# changed what routes are matched with, and the endpoint has not called forward(). NULL: R looks for it.
# group: the first group of endpoints to try. After a promise, with the path and the method that the router was entered
# with, and whether the endpoints of that group have been tried.
route_request <- function(lane, exchange, router, match, group = 0L, path = NULL, method = NULL, tried = FALSE) {
  req <- exchange$req
  res <- exchange$res
  exec <- lane$globals$currentExec
  if (is.null(path)) {
    apply_builtin_filters(lane, exchange, req, exchange$call$query)
    path <- req$PATH_INFO
    method <- req$REQUEST_METHOD
  }
  filters <- router$filters
  for (group in group:length(filters)) {
    if (!tried) {
      exec$forward <- FALSE
      endpoint <- find_endpoint(router, group, match, req, path, method)
      if (!is.null(endpoint)) {
        matched <- identical(endpoint, match) && (lane$by_first_path || identical(req$PATH_INFO, path))
        value <- run_endpoint(lane, exchange, endpoint, path, matched)
        if (is.object(value) && is_promise(value)) {
          return(follow_step(exchange, router, value, function(value) {
            route_request(lane, exchange, router, NULL, group, path, method, tried = TRUE)
          }))
        }
        if (!exec$forward) return(value)
        match <- NULL
      }
    }
    tried <- FALSE
    if (group == length(filters)) break
    filter <- filters[[group + 1L]]
    exec$forward <- FALSE
    value <- run_step(filter, req, res)
    if (is.object(value) && is_promise(value)) {
      value <- promises::then(value, function(value) waited_filter_value(filter, res, value))
      return(follow_step(exchange, router, value, function(value) {
        route_request(lane, exchange, router, match, group + 1L, path, method)
      }))
    }
    if (!exec$forward) return(filter_value(filter, res, value))
  }
  route_mounts(lane, exchange, router, match, path, method)
}

# A filter that does not forward ends the request.
filter_value <- function(filter, res, value) {
  if (!is.null(filter$serializer)) res$serializer <- filter$serializer
  value
}

waited_filter_value <- function(filter, res, value) {
  if (hasForwarded()) {
    return(value)
  }
  filter_value(filter, res, value)
}

# plumber's function, which the calls of errors name. Callbacks of callbacks may have no current request: plumber then
# fails here, and so does the lane.
hasForwarded <- function() asNamespace("plumber")[["hasForwarded"]]() # nolint: object_name_linter.

# Goes on after a step of the route if it has forwarded, as plumber's runStepsIfForwarding() does.
follow_step <- function(exchange, router, value, go_on = identity) {
  if (!is_promise(value)) return(value)
  force(go_on)
  follow(value, function(value) if (!hasForwarded()) value else go_on(value), route_failed(exchange, router))
}

# Errors of a route. The names are those of plumber, because the call is part of an error.
route_failed <- function(exchange, router) {
  force(exchange)
  private <- router$private
  function(error) {
    req <- exchange$req
    res <- exchange$res
    private$errorHandler(req, res, error)
  }
}

# The endpoint of a group that serves the request, NULL if none does.
find_endpoint <- function(router, group, match, req, path, method) {
  if (!is.null(match) && is_same_request(req, path, method)) {
    if (match$before == group && match$router == router$number) match
  } else {
    search_endpoint(router, group, req)
  }
}

search_endpoint <- function(router, group, req) {
  for (route in router$routes) if (route$before == group && !route$early && route$step$canServe(req)) return(route)
  NULL
}

is_same_request <- function(req, path, method) identical(req$REQUEST_METHOD, method) && identical(req$PATH_INFO, path)

# path: that with which the router was entered; matched: whether the gateway has matched and parsed for this endpoint
run_endpoint <- function(lane, exchange, route, path, matched) {
  req <- exchange$req
  res <- exchange$res
  if (!is.null(route$serializer)) res$serializer <- route$serializer
  defers <- exchange$in_batch && matched && keeps_arguments(exchange)
  apply_endpoint(lane, exchange, req, route, path, matched)
  if (defers) deferred else run_step(route, req, res)
}

# The mounted router that takes the path, or none. mounts: the paths of those to try
route_mounts <- function(lane, exchange, router, match, path, method, mounts = names(router$mounts)) {
  req <- exchange$req
  exec <- lane$globals$currentExec
  for (i in seq_along(mounts)) {
    mount <- mounts[[i]]
    tested <- if (lane$by_first_path) path else req$PATH_INFO
    if (nchar(tested) < nchar(mount) || substr(tested, 0, nchar(mount)) != mount) next
    if (!is_same_request(req, path, method)) match <- NULL
    req$PATH_INFO <- substr(req$PATH_INFO, nchar(mount), nchar(req$PATH_INFO))
    exec$forward <- FALSE
    value <- route_mounted(lane, exchange, router, mount, match)
    # The callbacks of a mounted router see the flag of the outer one: see in_route().
    if (!is_promise(value)) return(value)
    return(follow_step(exchange, router, value, function(value) {
      route_mounts(lane, exchange, router, NULL, path, method, mounts[-seq_len(i)])
    }))
  }
  exec$forward <- TRUE # by the last step that has not served the request
  follow_step(exchange, router, answer_unrouted(lane, router, req, exchange$res))
}

# A mounted router handles the errors of its own endpoints.
route_mounted <- function(lane, exchange, outer, mount, match) {
  number <- outer$mounts[[mount]]
  req <- exchange$req
  res <- exchange$res
  if (number == 0L) return(outer$private$mnts[[mount]]$route(req, res))
  router <- lane$routers[[number]]
  route_within(lane, exchange, as_environment(list(req = req, res = res)), router, match)
}

route_within <- function(lane, exchange, exec, router, match) {
  in_route(lane, exec, tryCatch(
    withCallingHandlers(route_request(lane, exchange, router, match), error = note_failure),
    error = route_failed(exchange, router)
  ))
}

# The end of plumber's route(), when no endpoint and no mounted router has served the request: 307, 405 or 404.
answer_unrouted <- function(lane, router, req, res) {
  plumber <- lane$plumber
  path <- req$PATH_INFO
  if (isTRUE(plumber_option("plumber.trailingSlash", FALSE)) && !grepl("/$", path)) {
    with_slash <- paste0(path, "/")
    if (plumber$router_has_route(req$pr, with_slash, req$REQUEST_METHOD)) {
      res$status <- 307
      res$setHeader(name = "Location", value = paste0(with_slash, req$QUERY_STRING))
      res$serializer <- plumber::serializer_unboxed_json()
      return(list(message = "307 - Redirecting with trailing slash"))
    }
  }
  # Two conditions, because `&&` would take a method of two texts, which a filter may have set, without an error.
  if (isTRUE(plumber_option("plumber.methodNotAllowed", TRUE))) {
    if (plumber$is_405(req$pr, path, req$REQUEST_METHOD)) {
      res$status <- 405L
      res$setHeader("Allow", paste(req$verbsAllowed, collapse = ", "))
      res$serializer <- plumber::serializer_unboxed_json()
      return(list(error = "405 - Method Not Allowed"))
    }
  }
  private <- router$private
  private$notFoundHandler(req = req, res = res)
}

# plumber looks for mounts, and for the parameters of a path, with the path that the router was entered with, or, from
# 1.3 on, with the present one.
by_first_path <- function(router) {
  any(grepl("nchar(path) >= nchar(mountPath)", deparse(router$route, width.cutoff = 500L), fixed = TRUE))
}

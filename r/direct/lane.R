# The direct lane: runs the app's own functions (filters, hooks, handler, error handler) in plumber's order and with its
# semantics, without plumber's overhead. Plumber$serve() and Plumber$route() of plumber are the specification.

# What the requests of an app share. Only `running` changes: the exchange that runs.
direct_lane <- function(router, plan) {
  plumber <- asNamespace("plumber")
  private <- router$.__enclos_env__$private
  stages <- c("preroute", "postroute", "preserialize", "postserialize")
  hooked <- lapply(stages, function(stage) length(private$hooks[[stage]]) > 0L)
  as_environment(list(
    plumber = plumber,
    globals = plumber[[".globals"]],
    router = router,
    private = private,
    routes = plan$routes,
    routers = plan$routers,
    mounts_by_first_path = mounts_by_first_path(router),
    hooked = stats::setNames(hooked, stages),
    any_hook = any(unlist(hooked)),
    serializers = plan$serializers,
    default_serializer = private$default_serializer,
    new_response = plumber$PlumberResponse$new,
    # plumber keeps the flag that forward() sets in such an environment.
    exec = new.env(parent = emptyenv()),
    running = NULL
  ))
}

call_engine <- function(lane) engine(lane, run_call, fail_call)

run_call <- function(lane, call) {
  prepare_lane(lane)
  exchange <- new_exchange(lane, call)
  lane$running <- exchange
  answer <- if (needs_request(exchange)) {
    open_exchange(lane, exchange, lane$default_serializer)
    serve_request(lane, exchange)
  } else {
    serve_plain(lane, exchange)
  }
  lane$running <- NULL
  answer
}

fail_call <- function(lane, e) {
  exchange <- lane$running
  lane$running <- NULL
  if (is.null(exchange)) router_failed(e) else fail_exchange(lane, exchange, e)
}

prepare_lane <- function(lane) {
  lane$running <- NULL # an interrupted request may have left its own
  if (!identical(getOption("warn"), 1)) options(warn = 1) # as plumber does for each request
  globals <- lane$globals
  globals$currentExec <- lane$exec
}

# The route of a request that the gateway has found no endpoint for.
no_endpoint <- list(router = 0L, before = -1L, plain = FALSE)

# One request in the lane, and what becomes of it.
new_exchange <- function(lane, call, in_batch = FALSE) {
  names(call) <- call_parts
  route <- if (call$route > 0L) lane$routes[[call$route]] else no_endpoint
  req <- NULL
  res <- NULL
  hook_env <- NULL
  # Until the route has given its value, errors are for the error handler.
  routing <- FALSE
  environment() # takes less time than a new one
}

# Makes its request and response.
open_exchange <- function(lane, exchange, serializer) {
  exchange$req <- direct_request(lane, exchange$call)
  exchange$res <- lane$new_response(serializer)
}

needs_request <- function(exchange) {
  call <- exchange$call
  !exchange$route$plain || call$body_form == "raw" || is.null(call$query)
}

# A handler without filters and hooks that takes neither `req` nor `res`: only its arguments are needed.
serve_plain <- function(lane, exchange) {
  exchange$routing <- TRUE
  exec <- lane$exec
  exec$forward <- FALSE
  route <- exchange$route
  args <- call_args(lane, route, exchange$call)
  value <- settled(run_function(route$func, relevant_args(args, route$formals, route$dots), route$envir))
  # The plan has not seen the call of forward(). There is nothing to forward to.
  if (exec$forward) {
    open_exchange(lane, exchange, route_serializer(lane, route))
    handler <- lane$routers[[route$router]]$private$notFoundHandler
    value <- settled(handler(req = exchange$req, res = exchange$res))
  } else if (route$json > 0L && left_to_gateway(value)) {
    return(list(route$json, value))
  } else {
    open_exchange(lane, exchange, route_serializer(lane, route))
  }
  exchange$routing <- FALSE
  answer_value(lane, exchange, value)
}

route_serializer <- function(lane, route) {
  if (is.null(route$serializer)) lane$default_serializer else route$serializer
}

# plumber's serve().
serve_request <- function(lane, exchange) {
  if (lane$any_hook) exchange$hook_env <- new.env()
  exec <- lane$exec
  exec$req <- exchange$req
  exec$res <- exchange$res
  unchanged <- !lane$hooked$preroute || run_preroute(lane, exchange)
  exchange$routing <- TRUE
  value <- route_request(lane, exchange, lane$routers[[1L]], if (unchanged) exchange$route)
  exchange$routing <- FALSE
  if (is_deferred(exchange, value)) value else answer_routed(lane, exchange, value)
}

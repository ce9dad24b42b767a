# The direct lane: runs the app's own functions (filters, hooks, handler, error handler) in plumber's order and with its
# semantics, without plumber's overhead. Plumber$serve() and Plumber$route() of plumber are the specification.

# What the requests of an app share. Only a few parts change: `call`, the call that runs, `exchange`, its exchange if it
# has one, and `exec`.
direct_lane <- function(router, plan) {
  plumber <- asNamespace("plumber")
  private <- router$.__enclos_env__$private
  stages <- c("preroute", "postroute", "preserialize", "postserialize")
  hooked <- lapply(stages, function(stage) length(private$hooks[[stage]]) > 0L)
  lane <- as_environment(list(
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
    promise_domains = asNamespace("promises")[["globals"]],
    # plumber keeps the flag that forward() sets in such an environment. A request that waits for a promise keeps it.
    exec = new.env(parent = emptyenv()),
    exec_kept = FALSE,
    call = NULL,
    exchange = NULL
  ))
  lane$domain <- lane_domain(lane)
  lane
}

# Callbacks of promises see the request that has made them as the current one, as in plumber's withCurrentExecDomain().
lane_domain <- function(lane) {
  globals <- lane$globals
  wrap <- function(callback) {
    exec <- globals$currentExec
    lane$exec_kept <- TRUE
    function(...) {
      outer <- globals$currentExec
      globals$currentExec <- exec
      on.exit(globals$currentExec <- outer)
      callback(...)
    }
  }
  promises::new_promise_domain(wrapOnFulfilled = wrap, wrapOnRejected = wrap)
}

call_engine <- function(lane) engine(lane, run_call, fail_call)

run_call <- function(lane, call) {
  prepare_lane(lane)
  names(call) <- call_parts
  lane$call <- call
  route <- called_route(lane, call)
  answer <- if (route$plain && call$body_form != "raw" && !is.null(call$query)) {
    serve_plain(lane, route, call)
  } else {
    exchange <- new_exchange(lane, route, call, lane$default_serializer)
    lane$exchange <- exchange
    serve_request(lane, exchange)
  }
  if (is_promise(answer)) answer <- with_failures(lane, lane$exchange, answer)
  forget_call(lane)
  answer
}

# The promise of an answer, whatever becomes of the promises that it depends on: an error of the route is for the error
# handler, and what follows that may fail, too.
with_failures <- function(lane, exchange, answer) {
  force(exchange)
  failed <- function(e) fail_exchange(lane, exchange, e)
  promises::catch(promises::catch(answer, failed), failed)
}

fail_call <- function(lane, e) {
  call <- lane$call
  exchange <- lane$exchange
  forget_call(lane)
  if (is.null(call)) return(router_failed(e))
  if (is.null(exchange)) exchange <- plain_exchange(lane, called_route(lane, call), call)
  answer <- fail_exchange(lane, exchange, e)
  if (is_promise(answer)) with_failures(lane, exchange, answer) else answer
}

prepare_lane <- function(lane) {
  forget_call(lane) # an interrupted one
  if (!identical(getOption("warn"), 1)) options(warn = 1) # as plumber does for each request
  if (lane$exec_kept) {
    lane$exec <- new.env(parent = emptyenv())
    lane$exec_kept <- FALSE
  }
  globals <- lane$globals
  globals$currentExec <- lane$exec
  # with_promise_domain() would take longer than some handlers. The loop takes the domain away again.
  domains <- lane$promise_domains
  domains$domain <- lane$domain
}

# A request may be large.
forget_call <- function(lane) {
  lane$call <- NULL
  lane$exchange <- NULL
}

# The route of a request that the gateway has found no endpoint for.
no_endpoint <- list(router = 0L, before = -1L, plain = FALSE)

called_route <- function(lane, call) if (call$route > 0L) lane$routes[[call$route]] else no_endpoint

# One request in the lane: its call, its request and response, and what becomes of them.
new_exchange <- function(lane, route, call, serializer, in_batch = FALSE) {
  req <- direct_request(lane, call)
  res <- lane$new_response(serializer)
  exec <- lane$exec
  hook_env <- NULL
  # Whether errors are for the error handler: until the route has given its value.
  routing <- FALSE
  environment() # takes less time than a new one
}

# A handler without filters and hooks that takes neither `req` nor `res`: usually only its arguments are needed.
serve_plain <- function(lane, route, call) {
  exec <- lane$exec
  exec$forward <- FALSE
  args <- call_args(lane, route, call)
  value <- run_function(route$func, relevant_args(args, route$formals, route$dots), route$envir)
  if (!exec$forward && route$json > 0L && left_to_gateway(value)) return(list(route$json, value))
  exchange <- plain_exchange(lane, route, call)
  lane$exchange <- exchange
  follow(value, function(value) {
    if (!exec$forward) return(end_routing(lane, exchange, value))
    # The plan has not seen the call of forward(). There is nothing to forward to.
    handler <- lane$routers[[route$router]]$private$notFoundHandler
    value <- handler(req = exchange$req, res = exchange$res)
    follow(value, function(value) end_routing(lane, exchange, value))
  })
}

# For a plain route that needs a request and a response after all.
plain_exchange <- function(lane, route, call) {
  exchange <- new_exchange(lane, route, call, route_serializer(lane, route))
  exchange$routing <- TRUE
  exchange
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
  if (!lane$hooked$preroute) return(route_exchange(lane, exchange, TRUE))
  run_preroute(lane, exchange, function(unchanged) route_exchange(lane, exchange, unchanged))
}

# unchanged: whether the endpoint that the gateway has found still holds
route_exchange <- function(lane, exchange, unchanged) {
  exchange$routing <- TRUE
  value <- route_request(lane, exchange, lane$routers[[1L]], if (unchanged) exchange$route)
  if (!is_promise(value)) return(end_routing(lane, exchange, value))
  promises::then(value, function(value) end_routing(lane, exchange, value))
}

# The route has given its value.
end_routing <- function(lane, exchange, value) {
  exchange$routing <- FALSE
  if (is_deferred(exchange, value)) value else answer_routed(lane, exchange, value)
}

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
    # plumber keeps the flag that forward() sets in such an environment: that of the request that runs. A request that
    # waits for a promise keeps it.
    exec = new.env(parent = emptyenv()),
    exec_kept = FALSE,
    call = NULL,
    exchange = NULL
  ))
  lane$domain <- lane_domain(lane)
  lane
}

# Callbacks of promises see the request that has made them as the current one, as in plumber's withCurrentExecDomain().
# The arguments are named as in plumber, because they are part of an error's call.
lane_domain <- function(lane) {
  promises::new_promise_domain(
    wrapOnFulfilled = function(onFulfilled) { # nolint: object_name_linter.
      run <- exec_keeper(lane)
      function(...) run(onFulfilled(...))
    },
    wrapOnRejected = function(onRejected) { # nolint: object_name_linter.
      run <- exec_keeper(lane)
      function(...) run(onRejected(...))
    }
  )
}

# Returns a function that evaluates its argument with the request that runs now as the current one.
exec_keeper <- function(lane) {
  exec <- lane$exec
  lane$exec_kept <- TRUE
  function(expr) with_exec(lane, exec, exec, lane$promise_domains$domain, expr)
}

# Evaluates an expression with these in place: plumber's current exec, the lane's, and the domain of promises.
with_exec <- function(lane, current, exec, domain, expr) {
  globals <- lane$globals
  domains <- lane$promise_domains
  outer_current <- globals$currentExec
  outer_exec <- lane$exec
  outer_domain <- domains$domain
  on.exit({
    globals$currentExec <- outer_current
    lane$exec <- outer_exec
    domains$domain <- outer_domain
  })
  globals$currentExec <- current
  lane$exec <- exec
  domains$domain <- domain
  expr
}

# plumber's withCurrentExecDomain(): each router has its own flag. Domains of promises are nested, and of two nested
# ones the outer one decides what a callback sees. Callbacks of promises need not have a domain.
in_route <- function(lane, exec, expr) {
  domain <- lane$promise_domains$domain
  if (!is.null(domain)) return(with_exec(lane, exec, lane$exec, domain, expr))
  with_exec(lane, exec, exec, lane$domain, expr)
}

# What follows the route knows no current request.
leave_route <- function(lane) {
  globals <- lane$globals
  domains <- lane$promise_domains
  globals$currentExec <- NULL
  domains$domain <- NULL
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
  forget_call(lane)
  answer
}

fail_call <- function(lane, e) {
  call <- lane$call
  exchange <- lane$exchange
  answer <- if (is.null(call)) {
    router_failed(e)
  } else {
    if (is.null(exchange)) exchange <- plain_exchange(lane, called_route(lane, call), call)
    fail_exchange(lane, exchange, e)
  }
  forget_call(lane)
  answer
}

prepare_lane <- function(lane) {
  if (!is.null(lane$call)) forget_call(lane) # an interrupted one
  if (!identical(getOption("warn"), 1)) options(warn = 1) # as plumber does for each request
  if (lane$exec_kept) {
    lane$exec <- new.env(parent = emptyenv())
    lane$exec_kept <- FALSE
  }
  enter_route(lane)
}

# with_promise_domain() would take longer than some handlers. leave_route() undoes this, or the loop after an interrupt.
enter_route <- function(lane) {
  globals <- lane$globals
  globals$currentExec <- lane$exec
  domains <- lane$promise_domains
  domains$domain <- lane$domain
}

# A request may be large, and the next one must not see it.
forget_call <- function(lane) {
  lane$call <- NULL
  if (!is.null(lane$exchange)) {
    lane$exchange <- NULL
    if (!lane$exec_kept) forget_exec(lane$exec)
  }
  leave_route(lane)
}

forget_exec <- function(exec) {
  exec$req <- NULL
  exec$res <- NULL
}

# The route of a request that the gateway has found no endpoint for.
no_endpoint <- list(router = 0L, before = -1L, plain = FALSE)

called_route <- function(lane, call) if (call$route > 0L) lane$routes[[call$route]] else no_endpoint

# One request in the lane: its call, its request and response, and what becomes of them.
new_exchange <- function(lane, route, call, serializer, in_batch = FALSE) {
  req <- direct_request(lane, call)
  res <- lane$new_response(serializer)
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
  router <- lane$routers[[route$router]]
  # The plan has not seen the call of forward(). There is nothing to forward to.
  forwarded <- function(value) {
    req <- exchange$req
    res <- exchange$res
    private <- router$private
    follow_step(exchange, router, private$notFoundHandler(req = req, res = res))
  }
  value <- step_value(value)
  value <- if (exec$forward && !is_promise(value)) forwarded() else follow_step(exchange, router, value, forwarded)
  end_route(lane, exchange, value)
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
  if (!lane$hooked$preroute) return(route_exchange(lane, exchange))
  run_preroute(lane, exchange, function(unchanged) {
    value <- route_within(lane, exchange, exec, lane$routers[[1L]], if (unchanged) exchange$route)
    end_route(lane, exchange, value)
  })
}

# Without a tryCatch(): see fail_exchange().
route_exchange <- function(lane, exchange) {
  exchange$routing <- TRUE
  end_route(lane, exchange, route_request(lane, exchange, lane$routers[[1L]], exchange$route))
}

# Goes on with the value of the route.
end_route <- function(lane, exchange, value) {
  force(value)
  exchange$routing <- FALSE
  if (exchange$in_batch && identical(value, deferred)) return(value)
  # Usually none of the app's functions follows.
  if (!lane$any_hook) {
    res <- exchange$res
    answer <- gateway_answer(lane, res, res$serializer, value)
    if (!is.null(answer)) return(answer)
  }
  leave_route(lane)
  if (!is_promise(value)) return(answer_routed(lane, exchange, value))
  follow(value, function(value) answer_routed(lane, exchange, value), serve_failed(lane, exchange))
}

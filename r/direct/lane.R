# The direct lane: runs the app's own functions (filters, hooks, handler, error handler) in plumber's order and with its
# semantics, without plumber's overhead. Plumber$serve() and Plumber$route() of plumber are the specification.

# What the requests of an app share. Only a few parts change: `call`, the call that runs; `exchange` and `exec`, its
# exchange and plumber's current exec, both made when something needs them; and `warn`, the option outside of the route.
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
    by_first_path = by_first_path(router),
    hooked = stats::setNames(hooked, stages),
    any_hook = any(unlist(hooked)),
    serializers = plan$serializers,
    default_serializer = private$default_serializer,
    new_response = plumber$PlumberResponse$new,
    promise_domains = asNamespace("promises")[["globals"]],
    planned = planned_state(plan),
    call = NULL,
    exchange = NULL,
    exec = NULL,
    warn = NULL,
    # Whether the handler of a joined call has looked at the request, which is that of none.
    looked = FALSE
  ))
  lane$domain <- lane_domain(lane)
  lane$scope <- environment()
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
  exec <- current_exec(lane)
  function(expr) with_exec(lane, exec, exec, lane$promise_domains$domain, expr)
}

# plumber's exec of the request that runs: where getCurrentExec() and forward() look. A handler that takes neither `req`
# nor `res` seldom looks there, so the exec is made when it does.
current_exec <- function(lane) {
  if (is.null(lane$exec) && !is.null(lane$call)) {
    if (is.null(lane$call$fields)) {
      lane$looked <- TRUE
      stop("the requests of a batch have no current request", call. = FALSE)
    }
    lane$exec <- exec_of(current_exchange(lane))
  }
  lane$exec
}

current_exchange <- function(lane) {
  if (is.null(lane$exchange)) lane$exchange <- plain_exchange(lane, called_route(lane, lane$call), lane$call)
  lane$exchange
}

exec_of <- function(exchange) {
  exec <- new_environment()
  exec$req <- exchange$req
  exec$res <- exchange$res
  exec$forward <- FALSE
  exec
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

# plumber's withCurrentExecDomain() and withWarn1(): each router has its own flag. Domains of promises are nested: of
# two nested ones the outer one decides what a callback sees. Callbacks of promises need not have a domain.
in_route <- function(lane, exec, expr) {
  warn <- option("warn")
  if (warn != 1) options(warn = 1)
  on.exit(if (option("warn") != warn) options(warn = warn))
  domain <- lane$promise_domains$domain
  if (!is.null(domain)) return(with_exec(lane, exec, lane$exec, domain, expr))
  with_exec(lane, exec, exec, lane$domain, expr)
}

# The same for the outermost router, without a function around the request: that would take longer than some handlers.
# leave_route() undoes this, or the loop after an interrupt. `currentExec` is a promise.
enter_route <- function(lane) {
  delay("currentExec", quote(current_exec(lane)), lane$scope, lane$globals)
  put("domain", lane$domain, lane$promise_domains)
  lane$warn <- option("warn")
  if (lane$warn != 1) options(warn = 1)
}

# What follows the route knows no current request.
leave_route <- function(lane) {
  put("currentExec", NULL, lane$globals)
  put("domain", NULL, lane$promise_domains)
  if (option("warn") != lane$warn) options(warn = lane$warn)
}

call_engine <- function(lane) engine(lane, run_call, fail_call)

run_call <- function(lane, call) {
  if (!is.null(lane$call)) forget_interrupted(lane)
  names(call) <- call_parts
  route <- called_route(lane, call)
  if (!plan_holds(lane, route)) return(run_by_plumber(lane, call))
  lane$call <- call
  enter_route(lane)
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
  if (is.null(lane$call)) return(router_failed(e))
  answer <- fail_exchange(lane, current_exchange(lane), e)
  forget_call(lane)
  lane$looked <- FALSE
  answer
}

# The app has changed since the plan was made: plumber's own router serves the request, and a batch runs one by one.
run_by_plumber <- function(lane, call) {
  if (is.null(call$fields)) return(text_500("The app has changed."))
  run_request(lane$router, list(call$fields, call$raw_body))
}

# A request may be large, and the next one must not see it.
forget_call <- function(lane) {
  leave_route(lane)
  lane$call <- NULL
  lane$exchange <- NULL
  lane$exec <- NULL
}

# A call that ended before the lane could end it.
forget_interrupted <- function(lane) {
  forget_call(lane)
  lane$looked <- FALSE
}

# The route of a request that the gateway has found no endpoint for.
no_endpoint <- list(router = 0L, before = -1L, plain = FALSE)

called_route <- function(lane, call) if (call$route > 0L) lane$routes[[call$route]] else no_endpoint

# One request in the lane: its call, its request and response, and what becomes of them.
# fields, req: the variables that the gateway has sent, and the request, made when something looks at it
new_exchange <- function(lane, route, call, serializer, in_batch = FALSE, fields = sent_fields(call),
                         req = direct_request(lane, fields, call$raw_body)) {
  res <- lane$new_response(serializer)
  hook_env <- NULL
  # Whether errors are for the error handler: until the route has given its value.
  routing <- FALSE
  environment() # takes less time than a new one
}

# A handler without filters and hooks that takes neither `req` nor `res`: usually only its arguments are needed.
# req, res: for functions that look for them in the frames of their callers, as dynGet() does
serve_plain <- function(lane, route, call, req = current_exec(lane)$req, res = current_exec(lane)$res) {
  args <- if (length(call$path) == 0L && call$body_form == "") call$query else call_args(lane, route, call)
  if (!identical(names(args), route$formals)) args <- relevant_args(args, route$formals, route$dots)
  value <- run_function(route$func, args, route$envir)
  if (lane$looked) {
    lane$looked <- FALSE
    return(text_500("The requests of a batch have no current request."))
  }
  if (is.null(lane$exec) && route$json > 0L && left_to_gateway(lane, value, lane$warn)) {
    return(list(route$json, value))
  }
  exec <- lane$exec
  exchange <- current_exchange(lane)
  router <- lane$routers[[route$router]]
  forwarded <- function(value) {
    fields <- exchange$fields
    path <- path_within(router, fields$PATH_INFO)
    route_request(lane, exchange, router, NULL, route$before, path, fields$REQUEST_METHOD, tried = TRUE)
  }
  value <- step_value(value)
  value <- if (isTRUE(exec$forward) && !is_promise(value)) {
    forwarded()
  } else {
    follow_step(exchange, router, value, forwarded)
  }
  end_route(lane, exchange, value)
}

# The exchange of a plain route, which usually needs none.
plain_exchange <- function(lane, route, call) {
  exchange <- new_exchange(lane, route, call, route_serializer(lane, route),
                           req = handled_request(lane, exchange, route))
  exchange$routing <- TRUE
  exchange
}

route_serializer <- function(lane, route) {
  if (is.null(route$serializer)) lane$default_serializer else route$serializer
}

# plumber's serve().
serve_request <- function(lane, exchange) {
  if (lane$any_hook) exchange$hook_env <- new.env()
  exec <- exec_of(exchange)
  lane$exec <- exec
  globals <- lane$globals
  globals$currentExec <- exec
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
    answer <- gateway_answer(lane, res, res$serializer, value, lane$warn)
    if (!is.null(answer)) return(answer)
  }
  leave_route(lane)
  if (!is_promise(value)) return(answer_routed(lane, exchange, value))
  follow(value, function(value) answer_routed(lane, exchange, value), serve_failed(lane, exchange))
}

# The direct lane: runs the user's own functions (filters, hooks, handler, error handler) in plumber's order and with
# its semantics, without plumber's overhead. Router$serve() and Router$route() of plumber are the specification.

# What is known of a request that the gateway has found no endpoint for.
nowhere <- list(router = 0L, before = -1L, plain = FALSE)

# The engines for calls of one request, and for those of several that are computed together.
direct_engines <- function(lane, plan) {
  list(call = engine(lane$run, lane$failed), batch = batch_engine(plan$routes, lane))
}

# An environment of the functions that run requests, and of what they share.
direct_lane <- function(router, plan) {
  plumber <- asNamespace("plumber")
  private <- router$.__enclos_env__$private
  globals <- plumber[[".globals"]]
  routes <- plan$routes
  routers <- plan$routers
  first_path <- mounts_by_first_path(router)
  serializers <- plan$serializers
  default_serializer <- private$default_serializer
  new_response <- plumber$PlumberResponse$new
  stages <- c("preroute", "postroute", "preserialize", "postserialize")
  hooked <- stats::setNames(lapply(stages, function(stage) length(private$hooks[[stage]]) > 0L), stages)

  any_hook <- any(unlist(hooked))

  # The flag that forward() sets, in the place where plumber keeps it.
  exec <- new.env(parent = emptyenv())

  # texts: one for each parameter; in a batch, one for each of its items
  path_args <- function(route, texts) {
    values <- as.list(texts)
    names(values) <- route$regex$names
    converters <- route$regex$converters
    for (i in seq_along(converters)) values[[i]] <- converters[[i]](values[[i]])
    values
  }

  parsers_of <- function(route) {
    if (is.null(route$parsers)) routers[[route$router]]$private$default_parsers else route$parsers
  }

  body_of <- function(route, call, req) {
    switch(call[[4L]],
      parsed = call[[5L]],
      raw = plumber$req_body_parser(req, parsers_of(route)),
      list()
    )
  }

  body_args <- function(body) {
    if (length(body) == 0L) return(list())
    plumber$req_body_args(list(body = body))
  }

  # A handler that nothing surrounds and that takes neither `req` nor `res`: only its arguments are needed.
  run_plain <- function(route, call) {
    args <- call[[2L]]
    if (length(call[[3L]])) args <- c(args, path_args(route, call[[3L]]))
    if (call[[4L]] == "parsed") args <- c(args, body_args(call[[5L]]))
    settled(run_function(route$func, relevant_args(args, route$formals, route$dots), route$envir))
  }

  run_step <- function(step, req, res) {
    if (step$hooked) return(settled(step$step$exec(req, res)))
    settled(run_function(step$func, step_args(step, req, res), step$envir))
  }

  # path: that with which the router was entered; known: whether the gateway has matched and parsed for this endpoint
  run_endpoint <- function(route, call, req, res, path, known) {
    if (!is.null(route$serializer)) res$serializer <- route$serializer
    joins <- !is.null(held) && known && as_it_came(req, call)
    if (known) {
      req$argsPath <- if (is.null(call[[3L]])) no_path_args else path_args(route, call[[3L]])
      req$body <- body_of(route, call, req)
    } else {
      req$argsPath <- route$step$getPathParams(path)
      req$body <- plumber$req_body_parser(req, parsers_of(route))
    }
    req$argsBody <- body_args(req$body)
    req$args <- c(req$args, req$argsPath, req$argsBody)
    if (joins) held else run_step(route, req, res)
  }

  # The endpoint of a group that serves the request. found: the first one of all routers and groups as the gateway
  # has found it, which holds as long as nothing has changed what is matched and that endpoint has not forwarded.
  serving <- function(router, group, found, req, path, method) {
    if (!is.null(found) && identical(req$REQUEST_METHOD, method) && identical(req$PATH_INFO, path)) {
      return(if (found$before == group && found$router == router$number) found)
    }
    for (other in router$routes) if (other$before == group && !other$early && other$step$canServe(req)) return(other)
    NULL
  }

  # plumber's route(): each group of endpoints, then the filter that follows it, until one ends the request.
  run_route <- function(router, found, call, req, res) {
    apply_builtin_filters(req, call[[2L]], plumber)
    path <- req$PATH_INFO
    method <- req$REQUEST_METHOD
    filters <- router$filters
    for (group in 0:length(filters)) {
      exec$forward <- FALSE
      endpoint <- serving(router, group, found, req, path, method)
      if (!is.null(endpoint)) {
        value <- run_endpoint(endpoint, call, req, res, path, identical(endpoint, found))
        if (!exec$forward) return(value)
        found <- NULL
      }
      if (group == length(filters)) break
      filter <- filters[[group + 1L]]
      exec$forward <- FALSE
      value <- run_step(filter, req, res)
      if (!exec$forward) {
        if (!is.null(filter$serializer)) res$serializer <- filter$serializer
        return(value)
      }
    }
    for (mount in names(router$mounts)) {
      with <- if (first_path) path else req$PATH_INFO
      if (nchar(with) < nchar(mount) || substr(with, 0, nchar(mount)) != mount) next
      if (!identical(req$REQUEST_METHOD, method) || !identical(req$PATH_INFO, path)) found <- NULL
      req$PATH_INFO <- substr(req$PATH_INFO, nchar(mount), nchar(req$PATH_INFO))
      return(run_mounted(router, mount, found, call, req, res))
    }
    settled(no_route(router$private, plumber, req, res))
  }

  # A mounted router handles the errors of its own, and where it has forwarded is its own affair, too.
  run_mounted <- function(outer, mount, found, call, req, res) {
    number <- outer$mounts[[mount]]
    if (number == 0L) return(settled(outer$private$mnts[[mount]]$route(req, res)))
    router <- routers[[number]]
    failed <- function(e) settled(router$private$errorHandler(req, res, e))
    noted <- function() withCallingHandlers(run_route(router, found, call, req, res), error = note_failure)
    tryCatch(noted(), error = failed)
  }

  handle_error <- function(req, res, e) settled(private$errorHandler(req, res, e))

  # What the gateway turns into JSON, or the whole response where the serializer is one of R's.
  answer_with <- function(value, req, res, serializer, hook_env) {
    if (inherits(value, "PlumberResponse")) return(http_response(res$toResponse()))
    if (typeof(serializer) != "closure") stop("Serializers must be closures: '", serializer, "'")
    if (hooked$preserialize) value <- settled(run_hooks("preserialize", hook_env, req, res, value))
    last <- hooked$postserialize
    index <- if (last || !left_to_gateway(value)) 0L else serializers$index(serializer)
    answer <- if (index > 0L) value_answer(index, value, res)
    if (!is.null(answer)) return(answer)
    if (is.null(res)) res <- new_response(serializer)
    response <- settled(serializer(value, req, res, private$errorHandler))
    if (last) response <- settled(run_hooks("postserialize", hook_env, req, res, response))
    http_response(response)
  }

  run_hooks <- function(stage, hook_env, req, res, value) {
    private$runHooks(stage, list(data = hook_env, req = req, res = res, value = value))
  }

  # plumber's serve(), in two parts: an error in the first one, while `routing`, is the error handler's.
  serve <- function(route, call, req, res) {
    if (any_hook) hook_env <<- new.env()
    exec$req <- req
    exec$res <- res
    if (hooked$preroute) {
      before <- list(req$REQUEST_METHOD, req$PATH_INFO)
      settled(private$runHooks("preroute", list(data = hook_env, req = req, res = res)))
      if (!identical(list(req$REQUEST_METHOD, req$PATH_INFO), before)) route <- NULL
    }
    routing <<- TRUE
    value <- run_route(routers[[1L]], route, call, req, res)
    routing <<- FALSE
    if (!is.null(held) && identical(value, held)) return(held)
    serve_value(value, req, res)
  }

  serve_value <- function(value, req, res) {
    if (hooked$postroute) value <- settled(run_hooks("postroute", hook_env, req, res, value))
    answer_with(value, req, res, res$serializer, hook_env)
  }

  # An error outside of the route: the error handler's value is the body as it is.
  serve_failed <- function(req, res, e) {
    tryCatch({
      res$body <- handle_error(req, res, e)
      http_response(res$toResponse())
    }, error = router_failed)
  }

  serializer_of <- function(route) if (is.null(route$serializer)) default_serializer else route$serializer

  serve_plain <- function(route, call) {
    value <- run_plain(route, call)
    # forward() out of sight of the plan: there is nothing to forward to.
    if (exec$forward) return(answer_plain(route, call, routers[[route$router]]$private$notFoundHandler))
    if (route$json > 0L && left_to_gateway(value)) return(list(route$json, value))
    answer_with(value, NULL, NULL, serializer_of(route), NULL)
  }

  # A plain route that needs a request and a response after all.
  answer_plain <- function(route, call, handler) {
    req <- direct_request(call, router)
    res <- new_response(serializer_of(route))
    tryCatch({
      value <- settled(handler(req = req, res = res))
      answer_with(value, req, res, res$serializer, NULL)
    }, error = function(e) serve_failed(req, res, e))
  }

  # What runs at the moment, should it fail: its route and call, and its request and response once there are any.
  req <- NULL
  res <- NULL
  route <- NULL
  now <- NULL
  hook_env <- NULL
  routing <- FALSE
  # Stands for the value of a handler that is to be called later, for a whole batch; NULL outside of batches.
  held <- NULL

  start <- function(call) {
    forget() # an interrupted request may have left something
    route <<- if (call[[1L]] > 0L) routes[[call[[1L]]]] else nowhere
    exec$forward <- FALSE
    now <<- call
  }

  prepare <- function() {
    held <<- NULL
    if (!identical(getOption("warn"), 1)) options(warn = 1) # as plumber does for each request
    globals$currentExec <- exec
  }

  run <- function(call) {
    prepare()
    start(call)
    answer <- if (route$plain && call[[4L]] != "raw" && !is.null(call[[2L]])) {
      serve_plain(route, call)
    } else {
      req <<- direct_request(call, router)
      res <<- new_response(default_serializer)
      serve(route, call, req, res)
    }
    forget()
    answer
  }

  # A request is nobody's but its own, and may be large.
  forget <- function() {
    req <<- NULL
    res <<- NULL
    now <<- NULL
    routing <<- FALSE
  }

  failed <- function(e) {
    on.exit(forget())
    if (is.null(req)) return(answer_plain(route, now, function(req, res) private$errorHandler(req, res, e)))
    if (!routing) return(serve_failed(req, res, e))
    routing <<- FALSE
    tryCatch(serve_value(handle_error(req, res, e), req, res), error = function(e) serve_failed(req, res, e))
  }

  # A request of a batch up to its handler: list(req, res, hook_env) if it has come so far, else its answer.
  begin <- function(call) {
    start(call)
    held <<- new.env(parent = emptyenv())
    req <<- direct_request(call, router)
    res <<- new_response(default_serializer)
    answer <- tryCatch(serve(route, call, req, res), error = failed)
    state <- list(req = req, res = res, hook_env = hook_env)
    came <- identical(answer, held)
    held <<- NULL
    forget()
    if (came) list(held = TRUE, state = state) else list(held = FALSE, answer = answer)
  }

  # What follows its handler, but for the value, which no hook sees: as value_answer(), or NULL where only R can print
  # it.
  complete <- function(state) {
    if (hooked$postroute) settled(run_hooks("postroute", state$hook_env, state$req, state$res, NULL))
    serializer <- state$res$serializer
    if (hooked$preserialize) settled(run_hooks("preserialize", state$hook_env, state$req, state$res, NULL))
    index <- serializers$index(serializer)
    if (index > 0L) value_answer(index, NULL, state$res)
  }

  finish <- function(state) {
    exec$req <- state$req
    exec$res <- state$res
    tryCatch(complete(state), error = function(e) serve_failed(state$req, state$res, e))
  }

  # The request whose body is that of all.
  joint_request <- function(route, call) {
    joint <- direct_request(call, router)
    apply_builtin_filters(joint, call[[2L]], plumber)
    joint$argsPath <- if (is.null(call[[3L]])) no_path_args else path_args(route, call[[3L]])
    joint$body <- call[[5L]]
    joint$argsBody <- body_args(joint$body)
    joint$args <- c(joint$args, joint$argsPath, joint$argsBody)
    joint
  }

  call_handler <- function(route, args) {
    exec$forward <- FALSE
    exec$req <- NULL
    exec$res <- NULL
    value <- settled(run_function(route$func, args, route$envir))
    if (exec$forward) stop("it calls forward()")
    value
  }

  handler_args <- function(route, call) {
    args <- c(call[[2L]], if (length(call[[3L]])) path_args(route, call[[3L]]))
    if (call[[4L]] == "parsed") args <- c(args, body_args(call[[5L]]))
    relevant_args(args, route$formals, route$dots)
  }

  by_hash(environment())
}

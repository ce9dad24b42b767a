# Several requests to one vectorised handler that has filters or hooks around it, or that takes `req` or `res`. Filters
# and hooks run for each request, in plumber's order. The handler runs once: after the filters of all requests, and
# before the hooks that follow it.

# Stands for the value of a handler that has not run yet.
deferred <- new.env(parent = emptyenv())

batch_engine <- function(lane) engine(lane, run_batch, fail_batch)

# The answer is `batchValue` of src/protocol/payloads.ts, or the reason why there is none.
run_batch <- function(lane, batch) {
  prepare_lane(lane)
  answer <- answer_batch(lane, batch)
  leave_batch(lane)
  answer
}

fail_batch <- function(lane, e) {
  leave_batch(lane)
  router_failed(e)
}

leave_batch <- function(lane) {
  forget_exec(lane$exec)
  leave_route(lane)
}

answer_batch <- function(lane, batch) {
  names(batch) <- batch_parts
  joined <- batch$joined
  names(joined) <- call_parts
  route <- lane$routes[[joined$route]]
  exchanges <- lapply(batch$calls, function(call) {
    names(call) <- call_parts
    new_exchange(lane, route, call, lane$default_serializer, in_batch = TRUE)
  })
  early <- lapply(exchanges, answer_before_handler, lane = lane)
  waits <- vapply(early, identical, NA, deferred)
  value <- batch_value(lane, route, joined, batch$sizes, exchanges, waits)
  if (is.character(value)) return(list(value))
  answers <- lapply(seq_along(exchanges), function(i) {
    if (!waits[[i]]) return(batch_answer(early[[i]]))
    if (is.null(value)) "alone" else batch_part(lane, exchanges[[i]], route)
  })
  list(route$json, value[[1L]], answers)
}

# Runs a request of a batch up to its handler: `deferred`, or its answer if it does not come that far.
answer_before_handler <- function(lane, exchange) {
  enter_route(lane)
  tryCatch(serve_request(lane, exchange), error = function(e) fail_exchange(lane, exchange, e))
}

# The answer of a request that did not come to its handler. One that waits for a promise runs again, alone.
batch_answer <- function(answer) {
  if (is.null(answer) || is_promise(answer)) return("alone")
  list(if (is.null(names(answer))) "value" else "response", value_bytes(answer))
}

# The answer of a request that gets its part of the value.
batch_part <- function(lane, exchange, route) {
  answer <- answer_after_handler(lane, exchange)
  if (is.null(answer)) return("alone")
  if (!is.null(names(answer))) return(list("response", value_bytes(answer)))
  if (length(answer) == 2L && answer[[1L]] == route$json) NULL else list("part", answer)
}

# What follows the handler, except for the value, which no hook sees: as value_answer(), or NULL if only R can print it.
answer_after_handler <- function(lane, exchange) {
  exec <- lane$exec
  exec$req <- exchange$req
  exec$res <- exchange$res
  tryCatch({
    if (lane$hooked$postroute && is_promise(run_value_hooks(lane, exchange, "postroute", NULL))) return(NULL)
    serializer <- exchange$res$serializer
    if (lane$hooked$preserialize && is_promise(run_value_hooks(lane, exchange, "preserialize", NULL))) return(NULL)
    index <- lane$serializers$index(serializer)
    if (index > 0L) value_answer(index, NULL, exchange$res)
  }, error = function(e) answer_failure(lane, exchange, e))
}

# list(the handler's value for all requests that wait for it), a text that says why there is none, or NULL if they must
# run alone.
batch_value <- function(lane, route, joined, sizes, exchanges, waits) {
  waiting <- exchanges[waits]
  if (length(waiting) == 0L) return(list(NULL))
  all_wait <- all(waits)
  if (route$batch$form != "body") {
    if (!all_wait) joined <- select_items(joined, rep(waits, sizes), route$batch)
  } else if (!all(vapply(waiting, keeps_request, NA))) {
    return("filters change the request")
  } else if (!all_wait) {
    return(NULL) # the body of one request can't be taken out of the joined one
  }
  run_joined(lane, route, joined, lapply(waiting, function(exchange) exchange$req))
}

# Whether the filters have left the arguments of a request that are part of the batch's call.
keeps_arguments <- function(req, call) {
  if (!identical(req$args, call$query)) return(FALSE)
  is.null(call$raw_body) || identical(req$bodyRaw, call$raw_body)
}

# Whether they have left all that a handler which reads the request can see. Mounts change PATH_INFO.
keeps_request <- function(exchange) {
  req <- exchange$req
  fields <- exchange$call$fields
  fields <- fields[names(fields) != "PATH_INFO"]
  present <- mget(names(fields), req, ifnotfound = list(NULL))
  # Whether the body's text is still the promise that it was, forced or not.
  is.call(do.call(substitute, list(as.name("postBody"), req))) && identical(present, fields)
}

# The same call with some of its items. keep: one logical for each item
select_items <- function(call, keep, batch) {
  rows <- function(frame) {
    frame <- frame[keep, , drop = FALSE]
    attr(frame, "row.names") <- .set_row_names(sum(keep)) # nolint: object_name_linter.
    frame
  }
  if (batch$form == "table") {
    call$query[[batch$argument]] <- rows(call$query[[batch$argument]])
  } else {
    call$query <- lapply(call$query, function(column) column[keep])
    if (is.list(call$path)) call$path <- lapply(call$path, function(column) column[keep])
  }
  call
}

# list(the handler's value for all requests), or why there is none: "" if its own error says so.
run_joined <- function(lane, route, call, requests) {
  traps <- request_traps()
  args <- joined_args(lane, route, call, requests, traps$trap)
  value <- tryCatch(list(run_handler(lane, route, args)), error = function(e) "")
  if (!is.null(traps$used())) return(traps$used())
  if (is.list(value) && is_promise(value[[1L]])) return("it returns a promise")
  if (is.list(value) && !left_to_gateway(value[[1L]])) return("only R can print its result")
  value
}

run_handler <- function(lane, route, args) {
  enter_route(lane)
  exec <- lane$exec
  exec$forward <- FALSE
  exec$req <- NULL
  exec$res <- NULL
  value <- run_function(route$func, args, route$envir)
  if (exec$forward) stop("it calls forward()")
  value
}

joined_args <- function(lane, route, call, requests, trap) {
  if (route$batch$form == "body") {
    req <- joined_request(lane, route, call)
    req$PATH_INFO <- requests[[1L]]$PATH_INFO
    # What filters have added.
    names <- unique(unlist(lapply(requests, ls, all.names = TRUE, sorted = FALSE)))
    for (name in setdiff(names, ls(req, all.names = TRUE))) {
      makeActiveBinding(name, trap(paste0("req$", name)), req)
    }
    args <- list(req = req)
  } else {
    args <- relevant_args(call_args(lane, route, call), route$formals, route$dots)
    if ("req" %in% route$formals) args$req <- as.call(list(trap("req")))
  }
  if ("res" %in% route$formals) args$res <- as.call(list(trap("res")))
  args
}

# The request whose body is that of all.
joined_request <- function(lane, route, call) {
  req <- direct_request(lane, call)
  apply_builtin_filters(req, call$query, lane$plumber)
  req$argsPath <- if (is.null(call$path)) no_path_args else path_args(route, call$path)
  req$body <- call$body
  req$argsBody <- body_args(lane, req$body)
  req$args <- c(req$args, req$argsPath, req$argsBody)
  req
}

# Functions that take the place of what each request has for itself. A handler that looks at one of them ends the
# batch. `used()` tells which one it was, also if the handler has caught the error.
request_traps <- function() {
  used <- NULL
  list(
    used = function() used,
    trap = function(name) {
      function(...) {
        used <<- paste0("it uses ", name, ", and each request has its own")
        stop(used, call. = FALSE)
      }
    }
  )
}

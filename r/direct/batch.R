# Several requests to one vectorised handler that has filters or hooks around it, or that takes `req` or `res`. Filters
# and hooks run for each request, in plumber's order. The handler runs once: after the filters of all requests, and
# before the hooks that follow it.

# Stands for the value of a handler that has not run yet.
deferred <- new.env(parent = emptyenv())

batch_engine <- function(lane) engine(lane, run_batch, fail_batch)

# The answer is `batchValue` of src/protocol/payloads.ts, or the reason why there is none.
run_batch <- function(lane, batch) {
  if (!is.null(lane$call)) forget_interrupted(lane)
  names(batch) <- batch_parts
  joined <- batch$joined
  names(joined) <- call_parts
  if (!plan_holds(lane, lane$routes[[joined$route]])) return(list("the app has changed"))
  answer_batch(lane, joined, batch)
}

fail_batch <- function(lane, e) {
  if (!is.null(lane$call)) forget_interrupted(lane)
  router_failed(e)
}

# Runs a part of a batch: what is before the handler of one request, or the handler for all of them.
run_part <- function(lane, call, exchange, run) {
  lane$call <- call
  lane$exchange <- exchange
  enter_route(lane)
  value <- run()
  forget_call(lane)
  value
}

answer_batch <- function(lane, joined, batch) {
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
  run_part(lane, exchange$call, exchange, function() {
    tryCatch(serve_request(lane, exchange), error = function(e) fail_exchange(lane, exchange, e))
  })
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
  tryCatch({
    if (lane$hooked$postroute && is_promise(run_value_hooks(lane, exchange, "postroute", NULL))) return(NULL)
    serializer <- exchange$res$serializer
    if (lane$hooked$preserialize && is_promise(run_value_hooks(lane, exchange, "preserialize", NULL))) return(NULL)
    value_answer(lane$serializers$index(serializer), NULL, exchange$res)
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
  } else if (!all_wait || !have_same_variables(waiting)) {
    return(NULL) # the body of one request can't be taken out of the joined one
  }
  run_joined(lane, route, joined, waiting)
}

have_same_variables <- function(exchanges) {
  names <- names(exchanges[[1L]]$fields)
  all(vapply(exchanges, function(exchange) identical(names(exchange$fields), names), NA))
}

# Whether the filters have left the arguments of a request that are part of the batch's call.
keeps_arguments <- function(exchange) {
  req <- exchange$req
  identical(req$args, exchange$call$query) && keeps_body(exchange, req)
}

# Whether they have left all that a handler which reads the request can see. Mounts change PATH_INFO.
keeps_request <- function(exchange) {
  req <- exchange$req
  fields <- exchange$fields
  fields <- fields[names(fields) != "PATH_INFO"]
  present <- values_of(req, names(fields))
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
run_joined <- function(lane, route, call, exchanges) {
  traps <- request_traps()
  args <- joined_args(lane, route, call, exchanges, traps$trap)
  value <- tryCatch(
    run_part(lane, call, NULL, function() list(run_function(route$func, args, route$envir))),
    error = function(e) ""
  )
  if (lane$looked) {
    lane$looked <- FALSE
    return("it uses the current request, and each request has its own")
  }
  if (!is.null(traps$used())) return(traps$used())
  if (is.list(value) && is_promise(value[[1L]])) return("it returns a promise")
  if (is.list(value) && !left_to_gateway(lane, value[[1L]], option("warn"))) return("only R can print its result")
  value
}

joined_args <- function(lane, route, call, exchanges, trap) {
  if (route$batch$form == "body") {
    args <- list(req = joined_request(lane, route, call, exchanges, trap))
  } else {
    args <- relevant_args(call_args(lane, route, call), route$formals, route$dots)
    if ("req" %in% route$formals) args$req <- as.call(list(trap("req")))
  }
  if ("res" %in% route$formals) args$res <- as.call(list(trap("res")))
  args
}

# The request whose body is that of all. It has no other variables than those that are the same in all of them.
joined_request <- function(lane, route, call, exchanges, trap) {
  requests <- lapply(exchanges, function(exchange) exchange$req)
  joined <- list(call = call, fields = exchanges[[1L]]$fields)
  req <- direct_request(lane, joined$fields, call$raw_body)
  apply_builtin_filters(lane, joined, req, call$query)
  apply_endpoint(lane, joined, req, route, NULL, parsed = TRUE)
  req$PATH_INFO <- requests[[1L]]$PATH_INFO
  share <- function(name, source = name) {
    value <- req[[name]]
    refuse <- trap(paste0("req$", name))
    sources <- function() lapply(exchanges, function(exchange) exchange$fields[[source]])
    rm(list = name, envir = req)
    makeActiveBinding(name, function() if (length(unique(sources())) == 1L) value else refuse(), req)
  }
  for (name in setdiff(names(joined$fields), "PATH_INFO")) share(name)
  share("cookies", "HTTP_COOKIE")
  # What filters have added.
  names <- unique(unlist(lapply(requests, ls, all.names = TRUE, sorted = FALSE)))
  for (name in setdiff(names, ls(req, all.names = TRUE))) makeActiveBinding(name, trap(paste0("req$", name)), req)
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

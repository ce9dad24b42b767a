# Several requests to one vectorised handler that filters or hooks stand around, or that takes `req` or `res`: these
# run for each request, in plumber's order; the handler runs once, after the filters of all and before the hooks that
# follow it.

# Whether the filters have left a request as it came, as far as it is part of the batch's call.
as_it_came <- function(req, call) {
  if (!identical(req$args, call[[2L]])) return(FALSE)
  is.null(call[[6L]]) || identical(req$bodyRaw, call[[6L]])
}

# The same for all that a handler which reads the request can see of it. Mounts cut PATH_INFO.
request_as_it_came <- function(req, call) {
  fields <- call[[7L]][names(call[[7L]]) != "PATH_INFO"]
  present <- mget(names(fields), req, ifnotfound = list(NULL))
  # Whether the body's text still is the promise that it was, forced or not.
  is.call(do.call(substitute, list(as.name("postBody"), req))) && identical(present, fields)
}

# What each request has of its own, as functions that take its place: to look at one of them ends the batch, and
# `used()` tells which that was, also when the handler has caught the error.
own_things <- function() {
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

# The same call without the items of those that do not take part.
# keep: by item
without_items <- function(call, keep, batch) {
  rows <- function(frame) {
    frame <- frame[keep, , drop = FALSE]
    attr(frame, "row.names") <- .set_row_names(sum(keep)) # nolint: object_name_linter.
    frame
  }
  if (batch$form == "table") {
    call[[2L]][[batch$argument]] <- rows(call[[2L]][[batch$argument]])
  } else {
    call[[2L]] <- lapply(call[[2L]], function(column) column[keep])
    if (is.list(call[[3L]])) call[[3L]] <- lapply(call[[3L]], function(column) column[keep])
  }
  call
}

# lane: what the direct lane does with one request
batch_engine <- function(routes, lane) {
  handler_args <- function(route, call, requests, trap) {
    if (route$batch$form == "body") {
      joint <- lane$joint_request(route, call)
      joint$PATH_INFO <- requests[[1L]]$PATH_INFO
      # What filters have added.
      names <- unique(unlist(lapply(requests, ls, all.names = TRUE, sorted = FALSE)))
      for (name in setdiff(names, ls(joint, all.names = TRUE))) {
        makeActiveBinding(name, trap(paste0("req$", name)), joint)
      }
      args <- list(req = joint)
    } else {
      args <- lane$handler_args(route, call)
      if ("req" %in% route$formals) args$req <- as.call(list(trap("req")))
    }
    if ("res" %in% route$formals) args$res <- as.call(list(trap("res")))
    args
  }

  # list(the handler's value for all), or why there is none: "" where its own error says so.
  call_once <- function(route, call, requests) {
    own <- own_things()
    args <- handler_args(route, call, requests, own$trap)
    value <- tryCatch(list(lane$call_handler(route, args)), error = function(e) "")
    if (!is.null(own$used())) return(own$used())
    if (is.list(value) && !left_to_gateway(value[[1L]])) return("only R can print its result")
    value
  }

  # batch: list(the call of all, the items of each, the calls of each). The answer: list(serializer, value, answers),
  # or list(why there is none). An answer is NULL for a request that gets its part of the value as it is,
  # list("part", value_answer()), list("value" or "response", frame), or "alone".
  run <- function(batch) {
    call <- batch[[1L]]
    sizes <- batch[[2L]]
    calls <- batch[[3L]]
    route <- routes[[call[[1L]]]]
    lane$prepare()
    begun <- lapply(calls, lane$begin)
    held <- vapply(begun, function(one) one$held, NA)
    requests <- lapply(begun[held], function(one) one$state$req)
    value <- if (!any(held)) {
      list(NULL)
    } else if (route$batch$form != "body") {
      call_once(route, if (all(held)) call else without_items(call, rep(held, sizes), route$batch), requests)
    } else if (!all(mapply(request_as_it_came, requests, calls[held]))) {
      "filters change the request"
    } else if (all(held)) {
      call_once(route, call, requests)
    }
    if (is.character(value)) return(list(value))
    # A body is not taken out of the others again.
    answers <- lapply(begun, function(one) if (is.null(value) && one$held) "alone" else answer_of(one, route))
    list(route$json, value[[1L]], answers)
  }

  answer_of <- function(one, route) {
    answer <- if (one$held) lane$finish(one$state) else one$answer
    if (is.null(answer)) return("alone")
    if (!is.null(names(answer))) return(list("response", value_bytes(answer)))
    if (!one$held) return(list("value", value_bytes(answer)))
    if (length(answer) == 2L && answer[[1L]] == route$json) NULL else list("part", answer)
  }

  engine(run)
}

# From the value of a route to the answer. The gateway prints values that it can print as jsonlite does; R prints the
# others.

# What follows the route in plumber's serve().
answer_routed <- function(lane, exchange, value) {
  if (!lane$hooked$postroute) return(answer_value(lane, exchange, value))
  value <- run_value_hooks(lane, exchange, "postroute", value)
  follow(value, function(value) answer_value(lane, exchange, value), serve_failed(lane, exchange))
}

answer_value <- function(lane, exchange, value) {
  answer <- print_routed(lane, exchange, value)
  if (is_promise(answer)) promises::catch(answer, serve_failed(lane, exchange)) else answer
}

print_routed <- function(lane, exchange, value) {
  res <- exchange$res
  if (inherits(value, "PlumberResponse")) return(http_response(res$toResponse()))
  serializer <- res$serializer
  if (typeof(serializer) != "closure") stop("Serializers must be closures: '", serializer, "'")
  if (!lane$hooked$preserialize) return(serialized(lane, exchange, serializer, value))
  follow(
    run_value_hooks(lane, exchange, "preserialize", value),
    function(value) serialized(lane, exchange, serializer, value),
    raise
  )
}

# The value for the gateway to print; NULL if R has to. warn: the option with which R would
gateway_answer <- function(lane, res, serializer, value, warn) {
  if (!lane$hooked$postserialize && left_to_gateway(lane, value, warn)) {
    value_answer(lane$serializers$index(serializer), value, res)
  }
}

serialized <- function(lane, exchange, serializer, value) {
  answer <- gateway_answer(lane, exchange$res, serializer, value, option("warn"))
  if (!is.null(answer)) return(answer)
  # Named as in plumber, because the call is part of an error.
  ser <- serializer
  delay("req", quote(exchange$req), environment(), environment()) # few serializers look at it
  private <- lane$private
  res <- exchange$res
  response <- ser(value, req, res, private$errorHandler)
  if (lane$hooked$postserialize) {
    response <- follow(response, function(text) run_value_hooks(lane, exchange, "postserialize", text), raise)
  }
  follow(response, http_response, raise)
}

# A value for the gateway to print, with the status and headers if the app has set any: see `value` in
# src/protocol/payloads.ts. NULL when these are not what HTTP expects: R's way of answering then reports what is wrong.
# index: that of the serializer; 0 for one that only R can run
value_answer <- function(index, value, res) {
  if (index == 0L) return(NULL)
  status <- res$status
  headers <- res$headers
  if (identical(status, 200L) && length(headers) == 0L) return(list(index, value))
  if (!is.numeric(status) || length(status) != 1L || !is.null(res$body)) return(NULL)
  values <- character(length(headers))
  for (i in seq_along(headers)) {
    text <- headers[[i]]
    if (length(text) != 1L) return(NULL)
    values[[i]] <- if (is.character(text) && !is.object(text)) text else paste(text)
  }
  list(index, value, as.integer(status), if (length(values)) names(headers) else character(), values)
}

# Classes that the gateway prints as jsonlite does. jsonlite prints the others, and reports what has no JSON form.
printable_classes <- list("data.frame", "factor", c("ordered", "factor"), "Date", c("POSIXct", "POSIXt"), "AsIs",
                          c("tbl_df", "tbl", "data.frame"), c("scalar", "character"), "noquote")

left_to_gateway <- function(lane, value, warn) is_printable(value) && prints_as_planned(lane, warn)

is_printable <- function(value) {
  if (is.object(value)) {
    is_printable_class(oldClass(value))
  } else {
    switch(typeof(value), list = , character = , double = , integer = , logical = , "NULL" = TRUE, FALSE)
  }
}

is_printable_class <- function(class) {
  for (known in printable_classes) if (identical(class, known)) return(TRUE)
  FALSE
}

# An error of a request before it has waited for a promise. If it is one of the route, the error handler's value takes
# the place of the route's.
fail_exchange <- function(lane, exchange, e) {
  tryCatch({
    if (!exchange$routing) return(handle_failure(lane, exchange, e))
    exchange$routing <- FALSE
    tryCatch(
      end_route(lane, exchange, handle_error(lane, exchange, e)),
      error = function(e) handle_failure(lane, exchange, e)
    )
  }, error = router_failed)
}

handle_error <- function(lane, exchange, e) route_failed(exchange, lane$routers[[1L]])(e)

# An error outside of the route: the error handler's value is the body, without a serializer.
handle_failure <- function(lane, exchange, e) {
  res <- exchange$res
  res$body <- handle_error(lane, exchange, e)
  http_response(res$toResponse())
}

answer_failure <- function(lane, exchange, e) {
  tryCatch(handle_failure(lane, exchange, e), error = router_failed)
}

# For what waits for a promise outside of the route.
serve_failed <- function(lane, exchange) {
  force(exchange)
  function(e) handle_failure(lane, exchange, e)
}

# The gateway sends back values that it could not print after all.
print_engine <- function(lane) engine(lane, print_value)

print_value <- function(lane, answer) {
  names(answer) <- print_parts[seq_along(answer)]
  serializer <- lane$serializers$get(answer$serializer)
  res <- lane$plumber$PlumberResponse$new(serializer)
  if (!is.null(answer$status)) {
    res$status <- answer$status
    res$headers <- as.list(stats::setNames(answer$header_values, answer$header_names))
  }
  # JSON serializers do not look at the request.
  http_response(serializer(answer$value, NULL, res, lane$private$errorHandler))
}

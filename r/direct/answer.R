# From the value of a route to the answer. The gateway prints values that it can print as jsonlite does; R prints the
# others.

# What follows the route in plumber's serve().
answer_routed <- function(lane, exchange, value) {
  if (!lane$hooked$postroute) return(answer_value(lane, exchange, value))
  follow(run_value_hooks(lane, exchange, "postroute", value), function(value) answer_value(lane, exchange, value))
}

answer_value <- function(lane, exchange, value) {
  res <- exchange$res
  if (inherits(value, "PlumberResponse")) return(http_response(res$toResponse()))
  serializer <- res$serializer
  if (typeof(serializer) != "closure") stop("Serializers must be closures: '", serializer, "'")
  if (!lane$hooked$preserialize) return(serialized(lane, exchange, serializer, value))
  follow(
    run_value_hooks(lane, exchange, "preserialize", value),
    function(value) serialized(lane, exchange, serializer, value)
  )
}

serialized <- function(lane, exchange, serializer, value) {
  res <- exchange$res
  printed <- lane$hooked$postserialize || !left_to_gateway(value)
  index <- if (printed) 0L else lane$serializers$index(serializer)
  answer <- if (index > 0L) value_answer(index, value, res)
  if (!is.null(answer)) return(answer)
  response <- serializer(value, exchange$req, res, lane$private$errorHandler)
  if (lane$hooked$postserialize) {
    response <- follow(response, function(text) run_value_hooks(lane, exchange, "postserialize", text))
  }
  follow(response, http_response)
}

# A value for the gateway to print, with the status and headers if the app has set any: see `value` in
# src/protocol/payloads.ts. NULL when these are not what HTTP expects: R's way of answering then reports what is wrong.
value_answer <- function(index, value, res) {
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

left_to_gateway <- function(value) {
  if (is.object(value)) {
    class <- oldClass(value)
    for (known in printable_classes) if (identical(class, known)) return(TRUE)
    return(FALSE)
  }
  typeof(value) %in% c("list", "character", "double", "integer", "logical", "NULL")
}

# An error of the route: the error handler's value takes the place of the route's. Other errors: see answer_failure().
fail_exchange <- function(lane, exchange, e) {
  if (!exchange$routing) return(answer_failure(lane, exchange, e))
  exchange$routing <- FALSE
  tryCatch(
    follow(handle_error(lane, exchange, e), function(value) answer_routed(lane, exchange, value)),
    error = function(e) answer_failure(lane, exchange, e)
  )
}

handle_error <- function(lane, exchange, e) lane$private$errorHandler(exchange$req, exchange$res, e)

# An error outside of the route: the error handler's value is the body, without a serializer.
answer_failure <- function(lane, exchange, e) {
  tryCatch({
    res <- exchange$res
    res$body <- handle_error(lane, exchange, e)
    http_response(res$toResponse())
  }, error = router_failed)
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
  http_response(serializer(answer$value, direct_request(lane), res, lane$private$errorHandler))
}

# The request of the direct lane.

# The variables that the gateway has sent. A joined call of a batch has none.
sent_fields <- function(call) if (is.null(call$fields)) list() else bytes_value(call$fields)

# What httpuv and plumber's call() make before plumber's serve().
direct_request <- function(lane, fields, raw_body) {
  req <- rook_request(fields, raw_body)
  req$pr <- lane$router
  req$.internal <- as_environment(list())
  req$args <- list()
  req
}

# Whether the app has left a variable as the gateway has sent it.
is_sent <- function(exchange, req, name) identical(req[[name]], exchange$fields[[name]])

# What plumber's four built-in filters do. query: parsed by the gateway, or NULL
apply_builtin_filters <- function(lane, exchange, req, query) {
  plumber <- lane$plumber
  handled <- req$.internal
  if (!identical(handled$queryStringHandled, TRUE)) {
    if (is.null(query) || !is_sent(exchange, req, "QUERY_STRING")) query <- plumber$parseQS(req$QUERY_STRING)
    req$args <- c(req$args, query)
    req$argsQuery <- query
    handled$queryStringHandled <- TRUE
    req$.internal <- handled # the same environment, unless the app has put something else there
  }
  if (!identical(handled$bodyHandled, TRUE)) {
    input <- req$rook.input
    sent <- exchange$call$raw_body
    if (is.character(sent) && is_file_input(input, sent)) delay_body(input, req) else req$bodyRaw <- input$read()
    if (identical(input, request_constants$no_body)) {
      req$postBody <- ""
    } else {
      delay("postBody", quote({
        input$rewind()
        paste0(input$read_lines(), collapse = "\n")
      }), environment(), req)
    }
    handled$bodyHandled <- TRUE
    req$.internal <- handled
  }
  cookie <- req$HTTP_COOKIE
  delay("cookies", quote(plumber$parseCookies(cookie)), environment(), req)
}

# What plumber's route() does before it runs an endpoint. path: that with which the router was entered
# parsed: whether the gateway has parsed the path and the body for this endpoint
apply_endpoint <- function(lane, exchange, req, route, path, parsed) {
  call <- exchange$call
  req$argsPath <- if (!parsed) {
    route$step$getPathParams(if (lane$by_first_path) path else req$PATH_INFO)
  } else if (is.null(call$path)) {
    no_path_args
  } else {
    path_args(route, call$path)
  }
  if (is.character(call$raw_body) && is_file_input(req$rook.input, call$raw_body)) {
    return(delay_parsed(req, function(req) parse_body(lane, route, req), function(body) body_args(lane, body)))
  }
  req$body <- if (parsed && call$body_form != "raw" && keeps_body(exchange, req)) {
    if (call$body_form == "parsed") call$body else list()
  } else {
    parse_body(lane, route, req)
  }
  req$argsBody <- body_args(lane, req$body)
  req$args <- c(req$args, req$argsPath, req$argsBody)
}

# Whether the app has left what plumber parses the body from.
keeps_body <- function(exchange, req) {
  identical(req$bodyRaw, if (is.null(exchange$call$raw_body)) raw() else exchange$call$raw_body) &&
    is_sent(exchange, req, "HTTP_CONTENT_TYPE")
}

# The request as the handler of a plain route would see it.
handled_request <- function(lane, exchange, route) {
  req <- direct_request(lane, exchange$fields, exchange$call$raw_body)
  apply_builtin_filters(lane, exchange, req, NULL)
  req$PATH_INFO <- path_within(lane$routers[[route$router]], req$PATH_INFO)
  apply_endpoint(lane, exchange, req, route, req$PATH_INFO, parsed = FALSE)
  req
}

# The path that a mounted router is entered with.
path_within <- function(router, path) {
  for (mount in router$at) path <- substr(path, nchar(mount), nchar(path))
  path
}

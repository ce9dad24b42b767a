# The request of the direct lane.

# What httpuv and plumber's call() make before plumber's serve(). `call$fields` are the variables that the gateway has
# sent: none if no function of the route takes `req`.
direct_request <- function(lane, call = NULL) {
  req <- rook_request(if (is.null(call$fields)) list() else call$fields, call$raw_body)
  req$pr <- lane$router
  req$.internal <- as_environment(list())
  req$args <- list()
  req
}

# What plumber's four built-in filters do. query: parsed by the gateway, or NULL
apply_builtin_filters <- function(req, query, plumber) {
  if (!identical(req$.internal$queryStringHandled, TRUE)) {
    if (is.null(query)) query <- plumber$parseQS(req$QUERY_STRING)
    req$args <- c(req$args, query)
    req$argsQuery <- query
    req$.internal$queryStringHandled <- TRUE
  }
  if (!identical(req$.internal$bodyHandled, TRUE)) {
    input <- req$rook.input
    req$bodyRaw <- input$read()
    if (identical(input, empty_input)) {
      req$postBody <- ""
    } else {
      delay("postBody", quote({
        input$rewind()
        paste0(input$read_lines(), collapse = "\n")
      }), environment(), req)
    }
    req$.internal$bodyHandled <- TRUE
  }
  delay("cookies", quote(plumber$parseCookies(req$HTTP_COOKIE)), environment(), req)
}

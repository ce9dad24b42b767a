# Request and response objects of the direct lane: what plumber's own would hold, made faster and only as far as
# somebody looks.

# A call of the direct lane, by position: route (0: the gateway knows that none serves it), query (parsed, or NULL: R is
# to parse QUERY_STRING), path (the matched texts), how the body comes ("" none, "parsed", "raw"), the parsed body, the
# raw body, the variables of the request (NULL when no function of the route takes `req`).
direct_request <- function(call, router) {
  fields <- call[[7L]]
  raw_body <- call[[6L]]
  req <- rook_request(if (is.null(fields)) list() else fields, raw_body)
  req$pr <- router
  req$.internal <- as_environment(list())
  req$args <- list()
  req
}

# What plumber's four built-in filters do, with the query parsed by the gateway.
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

# Makes response objects as PlumberResponse$new() does, without R6's work for each: a function of which every call's
# own frame is the environment that holds `self`, and whose closures are the methods. It is the generator's own if that
# does more than plumber's did.
response_factory <- function(generator, namespace, prepare = identity) {
  known <- identical(body(generator$public_methods$initialize), quote({
    self$serializer <- serializer
  })) && is.null(generator$private_fields) && is.null(generator$private_methods) && is.null(generator$active) &&
    is.null(generator$inherit)
  if (!known) return(generator$new)
  methods <- generator$public_methods[setdiff(names(generator$public_methods), "initialize")]
  definitions <- lapply(methods, function(method) call("function", formals(method), body(method)))
  fields <- generator$public_fields[setdiff(names(generator$public_fields), "serializer")]
  members <- as.call(c(quote(list), definitions, lapply(fields, function(value) call("quote", value))))
  make <- function() NULL
  body(make) <- substitute({
    self <- build(members)
    self$.__enclos_env__ <- environment()
    self
  }, list(members = members, build = as_environment))
  environment(make) <- namespace
  make <- prepare(make)
  class <- c(generator$classname, "R6")
  locked <- lapply(names(methods), as.name)
  lock <- isTRUE(generator$lock_objects)
  function(serializer = namespace$serializer_json()) {
    self <- make()
    self$serializer <- serializer
    for (name in locked) lock_binding(name, self)
    class(self) <- class
    if (lock) lock_environment(self)
    self
  }
}

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
  req$.internal <- new.env()
  req$args <- list()
  req
}

# What plumber's four built-in filters do, with the query parsed by the gateway.
apply_builtin_filters <- function(req, query, plumber) {
  if (!isTRUE(req$.internal$queryStringHandled)) {
    if (is.null(query)) query <- plumber$parseQS(req$QUERY_STRING)
    req$args <- c(req$args, query)
    req$argsQuery <- query
    req$.internal$queryStringHandled <- TRUE
  }
  if (!isTRUE(req$.internal$bodyHandled)) {
    input <- req$rook.input
    req$bodyRaw <- input$read()
    delayedAssign("postBody", {
      input$rewind()
      paste0(input$read_lines(), collapse = "\n")
    }, assign.env = req)
    req$.internal$bodyHandled <- TRUE
  }
  delayedAssign("cookies", plumber$parseCookies(req$HTTP_COOKIE), assign.env = req)
}

# Makes response objects as PlumberResponse$new() does, without R6's work for each: fields and methods are put into
# a fresh pair of environments. Falls back to the generator if that does more than plumber's did.
response_factory <- function(generator, namespace) {
  known <- identical(body(generator$public_methods$initialize), quote({
    self$serializer <- serializer
  })) && is.null(generator$private_fields) && is.null(generator$private_methods) && is.null(generator$active) &&
    is.null(generator$inherit)
  if (!known) return(function(serializer) generator$new(serializer))
  fields <- generator$public_fields
  methods <- generator$public_methods[setdiff(names(generator$public_methods), "initialize")]
  lock <- isTRUE(generator$lock_objects)
  class <- c(generator$classname, "R6")
  function(serializer) {
    self <- list2env(fields, new.env(hash = FALSE, parent = emptyenv()))
    enclos <- new.env(hash = FALSE, parent = namespace)
    enclos$self <- self
    for (name in names(methods)) {
      method <- methods[[name]]
      environment(method) <- enclos
      assign(name, method, envir = self)
      lockBinding(name, self)
    }
    self$.__enclos_env__ <- enclos
    self$serializer <- serializer
    class(self) <- class
    if (lock) lockEnvironment(self)
    self
  }
}

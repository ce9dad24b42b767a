# Runs one function of the app, a filter or a handler, with the arguments that plumber would give it.

# The value may be a promise, like those of hooks, serializers and error handlers.
run_step <- function(step, req, res) {
  if (step$hooked) return(step$step$exec(req, res))
  value <- run_function(step$func, step_args(step, req, res), step$envir)
  if (is.object(value)) step_value(value) else value
}

# Goes on with a value: at once, or when its promise is kept. As in plumber's runSteps(), `failed` gets a rejection and
# any error of what follows the promise. If it fails itself, it is called again for each promise before.
follow <- function(value, go_on, failed) {
  if (!is_promise(value)) return(go_on(value))
  promises::catch(promises::then(value, go_on), failed)
}

# `req` and `res` come before all other arguments. For a function without `...` only those of the two that it takes are
# put together with the rest.
step_args <- function(step, req, res) {
  switch(step$takes,
    none = list(),
    req = list(req = req),
    res = list(res = res),
    both = list(req = req, res = res),
    relevant_args(
      switch(step$first,
        none = req$args,
        req = c(list(req = req), req$args),
        res = c(list(res = res), req$args),
        both = c(list(req = req, res = res), req$args)
      ),
      step$formals, step$dots
    )
  )
}

# plumber's getRelevantArgs() for a function whose formals are known; dots: whether `...` is one of them.
relevant_args <- function(args, formals, dots) {
  if (length(formals) == 0L || length(args) == 0L) return(list())
  if (dots && length(formals) == 1L) return(args)
  named <- names(args)
  if (is.null(named)) return(list())
  if (identical(named, formals)) return(args)
  if (!dots) {
    keep <- places_in(named, formals) > 0L
    if (!all(keep)) {
      args <- args[keep]
      named <- named[keep]
    }
  }
  if (length(named) > 1L && any_twice(named)) args <- args[!(named %in% formals & duplicated(named))]
  args
}

# The arguments of a call without a request: from query, path and body.
call_args <- function(lane, route, call) {
  args <- call$query
  if (length(call$path)) args <- c(args, path_args(route, call$path))
  if (call$body_form == "parsed") args <- c(args, body_args(lane, call$body))
  args
}

no_path_args <- structure(list(), names = character())

# texts: one for each parameter; in a batch, one for each of its items
path_args <- function(route, texts) {
  values <- as.list(texts)
  names(values) <- route$regex$names
  converters <- route$regex$converters
  for (i in seq_along(converters)) values[[i]] <- converters[[i]](values[[i]])
  values
}

body_args <- function(lane, body) {
  if (length(body) == 0L) list() else lane$plumber$req_body_args(list(body = body))
}

parse_body <- function(lane, route, req) {
  parsers <- if (is.null(route$parsers)) lane$routers[[route$router]]$private$default_parsers else route$parsers
  lane$plumber$req_body_parser(req, parsers)
}

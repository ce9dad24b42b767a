# The steps of the direct lane one by one: what a function gets, and what becomes of a request that none serves.

# Waits for a promise as plumber's steps do; a rejection is an error like any other.
settled <- function(value) {
  if (!is.object(value) || !promises::is.promising(value)) return(value)
  outcome <- NULL
  promises::then(
    value,
    onFulfilled = function(value) outcome <<- list(value = value),
    onRejected = function(e) outcome <<- list(error = e)
  )
  while (is.null(outcome)) run_callbacks(Inf)
  if (is.null(outcome$error)) outcome$value else stop(outcome$error)
}

# plumber's getRelevantArgs() for a function whose formals are known; dots: whether `...` is one of them.
relevant_args <- function(args, formals, dots) {
  if (length(formals) == 0L || length(args) == 0L) return(list())
  if (dots && length(formals) == 1L) return(args)
  named <- names(args)
  if (is.null(named)) return(list())
  if (!dots) {
    keep <- match(named, formals, 0L) > 0L
    if (!all(keep)) {
      args <- args[keep]
      named <- named[keep]
    }
  }
  if (length(named) > 1L && anyDuplicated(named)) args <- args[!(named %in% formals & duplicated(named))]
  args
}

# The same where `req` and `res` are among the arguments, before all others. Of these two only what a function without
# `...` takes is put together with the rest.
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

no_path_args <- structure(list(), names = character())

# What is left of plumber's route() when no endpoint and no mounted router has served the request: 307, 405 and 404.
no_route <- function(private, plumber, req, res) {
  path <- req$PATH_INFO
  if (isTRUE(getOption("plumber.trailingSlash", FALSE)) && !grepl("/$", path)) {
    with_slash <- paste0(path, "/")
    if (plumber$router_has_route(req$pr, with_slash, req$REQUEST_METHOD)) {
      res$status <- 307
      res$setHeader(name = "Location", value = paste0(with_slash, req$QUERY_STRING))
      res$serializer <- plumber::serializer_unboxed_json()
      return(list(message = "307 - Redirecting with trailing slash"))
    }
  }
  # Not in one condition, where a filter that has made the method two texts would go unnoticed.
  if (isTRUE(getOption("plumber.methodNotAllowed", TRUE))) {
    if (plumber$is_405(req$pr, path, req$REQUEST_METHOD)) {
      res$status <- 405L
      res$setHeader("Allow", paste(req$verbsAllowed, collapse = ", "))
      res$serializer <- plumber::serializer_unboxed_json()
      return(list(error = "405 - Method Not Allowed"))
    }
  }
  private$notFoundHandler(req = req, res = res)
}

# Which path plumber looks for mounts with: that with which its router was entered, or, from 1.3 on, the present one.
mounts_by_first_path <- function(router) {
  any(grepl("nchar(path) >= nchar(mountPath)", deparse(router$route, width.cutoff = 500L), fixed = TRUE))
}

# Which variables of the request an endpoint's functions read: the gateway sends only these. If the code does not tell,
# it sends all of them.

# A function that calls one of these may read its arguments without their name.
indirect <- c("environment", "parent.frame", "sys.function", "sys.frame", "sys.frames", "sys.call", "sys.calls",
              "match.call", "dynGet", "eval", "evalq", "eval.parent", "get", "get0", "mget", "exists", "assign", "ls",
              "delayedAssign", "substitute", "caller_env", "current_env", "currentExec", "getCurrentExec", "browser",
              "serializer")

# If a function changes one of these, another endpoint may serve the request.
routed_by <- c("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING")

# Variables that R makes, so the gateway need not send them. (The unparsed body is not one of them.)
made_in_r <- c("args", "argsQuery", "argsPath", "argsBody", "body", "pr", ".internal", "rook.errors", "httpuv.version")

# The names that a function reads of its argument `req`, or NULL for all.
request_reads <- function(func, req = "req") {
  if (!is.function(func) || is.primitive(func)) return(NULL)
  if (any(indirect %in% all.names(body(func)))) return(NULL)
  if (!req %in% names(formals(func))) {
    # `...` may hold it.
    return(if ("..." %in% names(formals(func))) NULL else character())
  }
  reads <- character()
  known <- TRUE
  member <- function(call) {
    is.call(call) && length(call) == 3L && identical(call[[2L]], as.name(req)) &&
      (identical(call[[1L]], quote(`$`)) && (is.name(call[[3L]]) || is.character(call[[3L]])) ||
         identical(call[[1L]], quote(`[[`)) && is.character(call[[3L]]))
  }
  target <- function(call) {
    while (is.call(call) && length(call) > 1L && !member(call)) call <- call[[2L]]
    if (member(call)) as.character(call[[3L]]) else ""
  }
  look <- function(part) {
    if (!known || missing(part)) return(invisible())
    if (member(part)) {
      reads <<- c(reads, as.character(part[[3L]]))
    } else if (is.call(part)) {
      assigns <- as.character(part[[1L]])[1L] %in% c("<-", "=", "<<-")
      if (assigns && target(part[[2L]]) %in% routed_by) known <<- FALSE
      for (inner in as.list(part)) look(inner)
    } else if (is.pairlist(part)) {
      for (inner in as.list(part)) look(inner)
    } else if (is.name(part)) {
      if (identical(part, as.name(req))) known <<- FALSE
    } else if (is.character(part)) {
      # The text may be a template, such as glue's, that reads the request.
      if (any(grepl(req, part, fixed = TRUE))) known <<- FALSE
    } else if (is.function(part)) {
      known <<- FALSE
    }
  }
  look(body(func))
  look(formals(func))
  if (known) unique(reads)
}

# Whether a function of the app reads the frames of its callers.
reads_callers <- function(envir) {
  if (is.null(envir)) return(FALSE)
  functions <- Filter(is.function, mget(ls(envir, all.names = TRUE), envir, ifnotfound = list(NULL)))
  frames <- c("parent.frame", "sys.function", "sys.frame", "sys.frames", "dynGet", "caller_env", "currentExec",
              "getCurrentExec")
  any(vapply(functions, function(f) any(frames %in% all.names(body(f))), NA))
}

# The variables that an endpoint of the outermost router and the filters before it read, NULL for all. After an endpoint
# that calls forward(), any other may read the request.
endpoint_reads <- function(route, filters, private) {
  steps <- c(filters, list(route))
  if (route$json == 0L || uses_forward(route$func)) return(NULL)
  if (any(vapply(steps, function(step) step$hooked || reads_callers(step$envir), NA))) return(NULL)
  reads <- lapply(steps, function(step) request_reads(step$func))
  if (!default_error_handler(private)) {
    handler <- private$errorHandler
    reads <- c(reads, list(if (is.function(handler)) request_reads(handler, names(formals(handler))[1L])))
  }
  if (any(vapply(reads, is.null, NA))) return(NULL)
  names <- unique(unlist(reads))
  if ("session" %in% names) return(NULL)
  names[names == "cookies"] <- "HTTP_COOKIE"
  sort(setdiff(unique(names), made_in_r))
}

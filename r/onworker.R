# `#* @onworker` above a function without arguments: each worker runs it before its first request, to open what workers
# can't share.

# The functions of a router and of the routers mounted on it: list(run, file, line) each.
onworker_hooks <- function(router) {
  private <- router$.__enclos_env__$private
  hooks <- list()
  for (i in seq_along(private$parsed)) {
    line <- attr(private$parsed[i], "srcref")[[1L]][1L]
    uses <- tag_uses(comment_at(line, private$lines), "onworker")
    if (length(uses) == 0L) next
    hooks <- c(hooks, list(onworker_hook(private$parsed[[i]], private$envir, private$filename, uses[[1L]])))
  }
  for (mount in private$mnts) if (inherits(mount, "Plumber")) hooks <- c(hooks, onworker_hooks(mount))
  hooks
}

onworker_hook <- function(expr, envir, file, use) {
  if (length(use$words)) stop_at(file, use$line, "@onworker ", use$words[1L], ": expected @onworker alone")
  # `open <- function() ...` has run already, and the app may have changed `open` since.
  assigned <- is.call(expr) && as.character(expr[[1L]])[1L] %in% c("<-", "=", "<<-") && is.name(expr[[2L]])
  run <- if (assigned) get0(as.character(expr[[2L]]), envir) else eval(expr, envir)
  if (!is.function(run)) stop_at(file, use$line, "@onworker: expected a function without arguments below it")
  list(run = run, file = file, line = use$line)
}

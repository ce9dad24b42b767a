# Walks the code that runs while an app loads: finds where requests enter, which closures remain, and what is opened or
# started. Needs syntax.R, scopes.R, app-model.R and entry-points.R.

# A walk holds all results about an app.
new_walk <- function(model) {
  walk <- new.env(parent = emptyenv())
  walk$model <- model
  # Functions that requests run: list(literal, scope, place, label, kind, class, method).
  walk$queue <- list()
  walk$reached <- new.env(parent = emptyenv())   # names at the top level that they use
  walk$entered <- new.env(parent = emptyenv())   # functions of the app that ran at load
  walk$made <- new.env(parent = emptyenv())      # functions of the app whose result requests use
  walk$members <- new.env(parent = emptyenv())   # names after a $ in their code
  walk$reads <- new.env(parent = emptyenv())     # for each name at the top level: list(fn, order, target)
  walk$quiet <- list()     # functions that only matter for the names they use
  walk$writes <- list()    # changes that outlive a request
  walk$io <- list()        # files written and read
  walk$calls <- list()     # other calls of interest, list(name, call, place, label, phase)
  walk$functions <- 0L
  walk$order <- 0L
  walk$branches <- 0L
  walk
}

walk_load <- function(walk) {
  for (i in seq_along(walk$model$files)) {
    file <- walk$model$files[[i]]
    places <- attr(file$code, "srcref")
    for (j in seq_along(file$code)) {
      place <- place_of(i, places[[j]])
      block <- if (file$role == "plumber") annotation_above(file$lines, place$first)
      load_statement(walk, file$code[[j]], place, block)
    }
  }
}

load_statement <- function(walk, expr, place, block) {
  if (is.null(block)) {
    if (is.call(expr)) load_call(walk, expr, NULL, place)
  } else if (block$kind == "router") {
    # @plumber: the function gets the router and runs once.
    value <- if (is.symbol(expr)) bound_function(walk$model, as.character(expr)) else plain_value(expr)
    if (!is.null(value) && is_function_literal(value)) {
      load_call(walk, value[[3L]], function_scope(value, NULL, "load"), place)
    }
  } else {
    if (is.call(expr) && !is_function_literal(expr)) load_call(walk, expr, NULL, place)
    enter_carried(walk, plain_value(expr), NULL, c(block, list(place = place)))
  }
}

# The value of `name <- value`, or the expression itself.
plain_value <- function(expr) {
  pair <- plain_assignment(expr)
  if (is.null(pair)) expr else pair$value
}

load_call <- function(walk, expr, scope, place) {
  if (!is.call(expr)) return(invisible())
  if (is_pipe(expr)) expr <- unpipe(expr)
  if (is_function_literal(expr)) return(invisible())
  name <- call_name(expr)
  entry <- registration(expr)
  if (!is.null(entry)) register_arguments(walk, expr, scope, c(entry, list(place = place)))
  if (name %in% load_calls_of_interest) note_call(walk, name, expr, place, "load", scope = scope)
  note_io(walk, name, expr, scope, list(place = place, fn = 0L, label = NULL, guards = character()))
  enter_at_load(walk, name, scope)
  if (name == "local" && length(expr) > 1L) scope <- block_scope(expr[[2L]], scope, "load")
  places <- attr(expr, "srcref")
  for (i in seq_along(expr)) {
    if (typeof(expr[[i]]) != "language") next
    inner <- expr[[i]]
    at <- place_within(place, places, i)
    if (!is_function_literal(inner)) load_call(walk, inner, scope, at)
    else if (name %in% eager_callers) load_call(walk, inner[[3L]], function_scope(inner, scope, "load"), at)
  }
}

# A function of the app that is called while it loads: its body runs at load too.
enter_at_load <- function(walk, name, scope) {
  if (!nzchar(name) || !is_bound(walk$model, name) || is_local(name, scope)) return(invisible())
  if (exists(name, envir = walk$entered, inherits = FALSE)) return(invisible())
  assign(name, TRUE, envir = walk$entered)
  for (entry in bindings_of(walk$model, name)) {
    if (!is_function_literal(entry$value)) next
    body <- entry$value[[3L]]
    load_call(walk, body, function_scope(entry$value, NULL, "load"), entry$place)
  }
}

# The functions given to pr_get("/", handler) and similar calls run in requests, except for `exit` hooks.
register_arguments <- function(walk, call, scope, entry) {
  if (entry$kind == "exit") return(invisible())
  args <- call_arguments(call)
  hooks <- if (entry$kind == "hooks") Find(function(arg) is_call_to(arg, "list"), args)
  if (!is.null(hooks)) return(register_hooks(walk, call_arguments(hooks), scope, entry))
  for (arg in args) {
    # This argument is the router, made by other registering calls in the pipe.
    if (is.call(arg) && !is.null(registration(arg))) next
    enter_carried(walk, arg, scope, entry)
  }
}

register_hooks <- function(walk, hooks, scope, entry) {
  for (stage in setdiff(names(hooks), "exit")) {
    entry$kind <- if (stage == "preroute") "filter" else "handler"
    entry$label <- paste("hook", stage)
    enter_carried(walk, hooks[[stage]], scope, entry)
  }
}

note_call <- function(walk, name, call, place, phase, label = NULL, scope = NULL, fn = 0L) {
  noted <- list(name = name, call = call, place = place, phase = phase, label = label, scope = scope, fn = fn)
  walk$calls[[length(walk$calls) + 1L]] <- noted
}

# Finds functions in values that were made at load and that requests may run.
# Needs syntax.R, scopes.R, app-model.R and load-walk.R.
#
# An entry is list(kind, label, place, name): how requests reach a function, and the place of its statement.

# Finds the functions of an expression: those written in it, those that it names, and the closures that a function of
# the app returned for it.
enter_carried <- function(walk, expr, scope, entry) {
  if (is.symbol(expr)) return(enter_name(walk, as.character(expr), scope, entry))
  if (!is.call(expr)) return(invisible())
  if (is_pipe(expr)) expr <- unpipe(expr)
  name <- call_name(expr)
  enter <- if (name %in% names(carriers)) carriers[[name]]
  if (!is.null(enter)) return(enter(walk, expr, scope, entry))
  if (name %in% eager_callers) return(enter_results(walk, expr, scope, entry))
  maker <- if (!is_local(name, scope)) bound_function(walk$model, name)
  if (!is.null(maker)) enter_made(walk, name, maker, entry)
  if (name == "$new" && is.symbol(expr[[1L]][[2L]])) enter_carried(walk, expr[[1L]][[2L]], scope, entry)
  for (arg in call_arguments(expr)) enter_carried(walk, arg, scope, entry)
}

enter_name <- function(walk, name, scope, entry) {
  if (!nzchar(name)) return(invisible())
  home <- find_scope(name, scope)
  if (is.null(home)) return(reach_name(walk, name, entry))
  if (name %in% home$followed) return(invisible())
  home$followed <- c(home$followed, name)
  for (value in home$values[[name]]) enter_carried(walk, value, home, entry)
}

# A name at the top level that a request's code uses.
reach_name <- function(walk, name, entry) {
  if (exists(name, envir = walk$reached, inherits = FALSE)) return(invisible())
  assign(name, entry$label, envir = walk$reached)
  entry$name <- name
  for (binding in bindings_of(walk$model, name)) {
    entry$place <- binding$place
    enter_carried(walk, binding$value, NULL, entry)
  }
}

enter_function <- function(walk, expr, scope, entry) {
  enqueue(walk, expr, scope, entry)
}

enter_tail <- function(walk, expr, scope, entry) {
  for (value in tail_values(expr)) enter_carried(walk, value, scope, entry)
}

enter_local <- function(walk, expr, scope, entry) {
  if (length(expr) < 2L) return(invisible())
  inner <- block_scope(expr[[2L]], scope, "load")
  for (value in tail_values(expr[[2L]])) enter_carried(walk, value, inner, entry)
}

# An object that is a function's environment holds all functions defined there.
enter_environment <- function(walk, expr, scope, entry) {
  if (length(expr) > 1L || is.null(scope)) return(invisible())
  for (name in names(scope$values)) enter_name(walk, name, scope, entry)
}

# The closures that a call of a function of the app returned at load. They share its variables.
enter_made <- function(walk, name, maker, entry) {
  if (exists(name, envir = walk$made, inherits = FALSE)) return(invisible())
  assign(name, TRUE, envir = walk$made)
  enter_result(walk, maker, NULL, entry)
}

enter_results <- function(walk, expr, scope, entry) {
  for (arg in call_arguments(expr)) {
    if (is.call(arg) && is_function_literal(arg)) enter_result(walk, arg, scope, entry)
  }
}

enter_result <- function(walk, maker, scope, entry) {
  inner <- function_scope(maker, scope, "load")
  for (value in tail_values(maker[[3L]])) {
    # The calls of the function itself ran at load. Only its closures remain.
    if (!is.call(value) || carries_closures(value)) enter_carried(walk, value, inner, entry)
  }
}

carries_closures <- function(value) {
  call_name(value) %in% c("list", "structure", "c", "environment", "local", "$new", "Vectorize", "memoise") ||
    "function" %in% all.names(value)
}

# The methods of a class. Those that no request names are dropped later.
enter_class <- function(walk, expr, scope, entry) {
  args <- call_arguments(expr)
  if (!is.null(args$inherit)) enter_carried(walk, args$inherit, scope, entry)
  fields <- if (call_name(expr) == "setRefClass") class_fields(args$fields) else character()
  inner <- new_scope(fields, list(), scope, "class")
  for (group in args[names(args) %in% c("public", "private", "active", "methods")]) {
    if (!is_call_to(group, "list")) next
    members <- call_arguments(group)
    for (name in setdiff(names(members), c("", "initialize", "finalize"))) {
      if (is.call(members[[name]]) && is_function_literal(members[[name]])) {
        enqueue(walk, members[[name]], inner, entry, class = c(entry$name, "")[[1L]], method = name)
      }
    }
  }
}

class_fields <- function(expr) {
  if (is.character(expr)) return(expr)
  if (!is.call(expr)) return(character())
  given <- names(call_arguments(expr))
  if (is.null(given)) unlist(Filter(is.character, as.list(expr))) else given
}

enqueue <- function(walk, literal, scope, entry, class = NULL, method = NULL) {
  walk$queue[[length(walk$queue) + 1L]] <- list(
    literal = literal, scope = scope, place = literal_place(literal, entry$place), label = entry$label,
    kind = entry$kind, class = class, method = method
  )
}

# A function has its own place, in the file of its statement.
literal_place <- function(literal, place) {
  if (length(literal) < 4L || is.null(literal[[4L]])) return(place)
  place_of(place$file, literal[[4L]])
}

carriers <- list(
  "function" = enter_function, "{" = enter_tail, "if" = enter_tail, "(" = enter_tail, "return" = enter_tail,
  "invisible" = enter_tail, "<-" = enter_tail, "=" = enter_tail, "local" = enter_local,
  "environment" = enter_environment, "R6Class" = enter_class, "setRefClass" = enter_class
)

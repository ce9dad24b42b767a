# The names at the top level of an app's files: which are functions, environments, classes and so on. Needs syntax.R,
# app-files.R and scopes.R.

environment_makers <- c(
  "new.env", "env", "new_environment", "list2env", "as.environment", "globalenv", "environment", "topenv", "$new"
)
# Constructors of packages whose objects are changed in place by their methods.
store_makers <- c(
  "fastmap", "fastqueue", "faststack", "dict", "ordered_dict", "queue", "priority_queue", "stack", "deque",
  "hash"
)
class_makers <- c("R6Class", "setRefClass")

app_model <- function(files, directory) {
  model <- new.env(parent = emptyenv())
  model$files <- files
  model$bindings <- new.env(parent = emptyenv())
  model$kinds <- new.env(parent = emptyenv())
  model$constants <- new.env(parent = emptyenv())
  for (i in seq_along(files)) {
    collect_constants(files[[i]]$code, model$constants, c(directory, dirname(files[[i]]$path)))
    places <- attr(files[[i]]$code, "srcref")
    for (j in seq_along(files[[i]]$code)) {
      expr <- files[[i]]$code[[j]]
      if (is.call(expr)) bind_names(model, expr, place_of(i, places[[j]]), at_top = TRUE)
    }
  }
  model
}

# A range of lines of one file.
place_of <- function(file, srcref) {
  lines <- as.integer(srcref)
  list(file = file, first = lines[[1L]], last = lines[[3L]])
}

# R keeps source references for the statements of a block. Other expressions have that of their statement.
place_within <- function(place, srcrefs, i) {
  if (i > length(srcrefs)) return(place)
  place_of(place$file, srcrefs[[i]])
}

# Inside a function only `<<-` and assign() to the global environment reach the top level.
bind_names <- function(model, expr, place, at_top) {
  if (is_function_literal(expr)) {
    if (!any(c("<<-", "assign") %in% all.names(expr))) return(invisible())
    at_top <- FALSE
  }
  pair <- plain_assignment(expr)
  if (!is.null(pair)) {
    operator <- call_name(expr)
    outward <- operator == "<<-" || (operator == "assign" && is_global_place(assign_place(expr)))
    if (outward || (at_top && (operator != "assign" || is_plain_assign(expr)))) {
      bind_name(model, pair$name, pair$value, place)
    }
  }
  if (call_name(expr) == "local") at_top <- FALSE
  places <- attr(expr, "srcref")
  for (i in seq_along(expr)) {
    if (is.call(expr[[i]])) bind_names(model, expr[[i]], place_within(place, places, i), at_top)
  }
}

bind_name <- function(model, name, value, place) {
  entry <- list(value = value, place = place)
  model$bindings[[name]] <- c(model$bindings[[name]], list(entry))
}

bindings_of <- function(model, name) if (nzchar(name)) model$bindings[[name]]

is_bound <- function(model, name) nzchar(name) && exists(name, envir = model$bindings, inherits = FALSE)

# The first of "environment", "store", "class", "function" and "value" among the values that are bound to the name.
binding_kind <- function(model, name) {
  known <- model$kinds[[name]]
  if (!is.null(known)) return(known)
  model$kinds[[name]] <- "value" # for names that are bound to each other
  kinds <- vapply(bindings_of(model, name), function(entry) value_kind(model, entry$value), "")
  order <- c("environment", "store", "class", "function")
  model$kinds[[name]] <- c(order[order %in% kinds], "value")[[1L]]
}

value_kind <- function(model, value, depth = 0L) {
  if (is.symbol(value)) return(name_kind(model, as.character(value)))
  if (!is.call(value) || depth > 5L) return("value")
  if (is_function_literal(value)) return("function")
  name <- call_name(value)
  if (name %in% environment_makers) return("environment")
  if (name %in% store_makers) return("store")
  if (name %in% class_makers) return("class")
  inner <- transparent_value(value, name)
  if (!is.null(inner)) return(value_kind(model, inner, depth + 1L))
  body <- if (name == "local") value[[2L]] else function_body(bound_function(model, name))
  if (!is.null(body) && makes_environment(model, body, depth + 1L)) "environment" else "value"
}

name_kind <- function(model, name) {
  if (name == ".GlobalEnv") "environment" else if (is_bound(model, name)) binding_kind(model, name) else "value"
}

# The value that a call such as invisible() returns unchanged; NULL for other calls.
transparent_value <- function(value, name) {
  pair <- plain_assignment(value)
  if (!is.null(pair)) return(pair$value)
  same <- c("structure", "(", "invisible", "suppressWarnings", "suppressMessages")
  if (name %in% same && length(value) > 1L) value[[2L]]
}

# Whether a function's body returns an environment, directly or through a local name.
makes_environment <- function(model, body, depth) {
  values <- assigned_values(body)
  kinds <- vapply(tail_values(body), function(value) {
    if (is.symbol(value)) value <- c(values[[as.character(value)]], list(value))[[1L]]
    value_kind(model, value, depth)
  }, "")
  "environment" %in% kinds
}

function_body <- function(literal) if (!is.null(literal)) literal[[3L]]

# The function literal that a name is bound to.
bound_function <- function(model, name) {
  for (entry in bindings_of(model, name)) if (is_function_literal(entry$value)) return(entry$value)
  NULL
}

# The class of an object at the top level, if the app defines it.
class_of_binding <- function(model, name) {
  for (entry in bindings_of(model, name)) {
    if (!is.call(entry$value) || call_name(entry$value) != "$new") next
    class <- entry$value[[1L]][[2L]]
    if (is.symbol(class) && is_bound(model, as.character(class))) return(as.character(class))
  }
  NULL
}

# The environment of an assign(), given as `envir` or `pos`.
assign_place <- function(call) {
  formals <- c("x", "value", "pos", "envir")
  place <- call_argument(call, formals, "envir")
  if (is.null(place)) call_argument(call, formals, "pos") else place
}

is_global_place <- function(expr) {
  if (is.null(expr)) return(FALSE)
  if (is.numeric(expr)) return(expr == 1)
  if (is.character(expr)) return(expr == ".GlobalEnv")
  if (is.symbol(expr)) return(as.character(expr) == ".GlobalEnv")
  name <- call_name(expr)
  name %in% c("globalenv", "global_env", "topenv") ||
    (name == "as.environment" && isTRUE(is_global_place(expr[[2L]])))
}

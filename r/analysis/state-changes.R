# Changes of what outlives a request: noted as they are met, judged when all is known.
# Needs syntax.R, scopes.R, targets.R and app-model.R.

table_setters <- c("set", "setnames", "setorder", "setkey", "setcolorder")
store_setters <- paste0("$", c("set", "mset", "remove", "reset", "add", "madd", "push", "mpush", "pop", "insert",
                               "enqueue", "dequeue", "clear", "update", "pushleft", "popleft"))
state_triggers <- c(
  "<<-", "assign", "rm", ":=", ".GlobalEnv", "globalenv", "self", "private", "list2env", table_setters
)

note_write <- function(walk, found, ctx, lives, pattern, text = found$target) {
  walk$order <- walk$order + 1L
  walk$writes[[length(walk$writes) + 1L]] <- c(found[c("base", "target")], list(
    whole = isTRUE(found$whole), lives = lives, pattern = pattern, text = text, order = walk$order
  ), ctx)
}

# x$a <- 1 changes what outlives the request when x is an environment that does.
note_part_write <- function(walk, target, scope, ctx) {
  found <- target_name(target)
  if (found$global || found$base %in% c(".GlobalEnv", "globalenv()")) {
    return(note_write(walk, found, ctx, "global", if (found$global) found$base else "GlobalEnv|globalenv"))
  }
  lives <- environment_life(walk, found$base, scope, ctx)
  # What is read through another name of the same environment is not told apart.
  if (is_local(found$base, scope)) found$whole <- FALSE
  if (!is.null(lives)) note_write(walk, found, ctx, lives, found$base)
}

# Where an environment of that name lives on after the request: "global", "closure", "object", or NULL.
environment_life <- function(walk, name, scope, ctx, depth = 0L) {
  home <- find_scope(name, scope)
  if (is.null(home)) {
    if (name %in% c("self", "private") && !is.null(ctx$class)) return("object")
    return(if (is_bound(walk$model, name) && binding_kind(walk$model, name) %in% c("environment", "store")) "global")
  }
  for (value in home$values[[name]]) {
    # Another name for the same environment.
    if (is.symbol(value) && depth < 5L && as.character(value) != name) {
      return(environment_life(walk, as.character(value), home, ctx, depth + 1L))
    }
    if (home$kind == "load" && value_kind(walk$model, value) %in% c("environment", "store")) return("closure")
  }
  NULL
}

# x <<- 1 starts to look outside of the function that it stands in.
note_outward_write <- function(walk, target, scope, ctx) {
  found <- target_name(target)
  home <- find_scope(found$base, scope$parent)
  if (is.null(home)) {
    lives <- if (found$base %in% c("self", "private") && !is.null(ctx$class)) "object" else "global"
    note_write(walk, found, ctx, lives, found$base)
  } else if (home$kind == "load") {
    note_write(walk, found, ctx, "closure", found$base)
  } else if (home$kind == "class") {
    note_write(walk, found, ctx, "object", found$base)
  }
}

note_state_call <- function(walk, name, expr, scope, ctx) {
  if (name == "assign") note_assign(walk, expr, scope, ctx)
  else if (name == "rm") note_place_write(walk, as.list(expr)$envir, scope, ctx, "rm")
  else if (name == "list2env") note_place_write(walk, call_argument(expr, c("x", "envir"), "envir"), scope, ctx, name)
  else if (name == "[" && ":=" %in% all.names(expr) && length(expr) > 2L) note_table_write(walk, expr[[2L]], scope, ctx, ":=")
  else if (name %in% table_setters && length(expr) > 1L) note_table_write(walk, expr[[2L]], scope, ctx, name)
  else if (name %in% store_setters) note_store_write(walk, expr[[1L]][[2L]], scope, ctx)
}

note_assign <- function(walk, expr, scope, ctx) {
  place <- assign_place(expr)
  if (length(expr) < 2L) return(invisible())
  if (is.null(place)) {
    outward <- isTRUE(as.list(expr)$inherits) && is.character(expr[[2L]])
    return(if (outward) note_outward_write(walk, as.symbol(expr[[2L]]), scope, ctx))
  }
  found <- c(assign_target(expr), whole = TRUE)
  if (isTRUE(is_global_place(place)) || is_outer_place(place, scope)) {
    text <- if (is.character(expr[[2L]])) expr[[2L]] else sprintf("the variable named by %s", deparse1(expr[[2L]]))
    return(note_write(walk, found, ctx, "global", "assign", text))
  }
  if (!is.symbol(place)) return(invisible())
  lives <- environment_life(walk, as.character(place), scope, ctx)
  if (!is.null(lives)) note_write(walk, found, ctx, lives, "assign")
}

# parent.env(environment()) of a function at the top level is the app's own environment.
is_outer_place <- function(place, scope) {
  is_call_to(place, "parent.env") && is.null(scope$parent)
}

note_place_write <- function(walk, place, scope, ctx, pattern) {
  if (is.null(place)) return(invisible())
  if (isTRUE(is_global_place(place))) {
    note_write(walk, list(base = ".GlobalEnv", target = ".GlobalEnv"), ctx, "global", pattern, "the global environment")
  } else if (is.symbol(place)) {
    name <- as.character(place)
    lives <- environment_life(walk, name, scope, ctx)
    if (!is.null(lives)) note_write(walk, list(base = name, target = name), ctx, lives, pattern)
  }
}

# data.table changes a table in place, without any assignment.
note_table_write <- function(walk, table, scope, ctx, pattern) {
  if (!is.symbol(table)) return(invisible())
  name <- as.character(table)
  if (!is_local(name, scope) && is_bound(walk$model, name) && binding_kind(walk$model, name) == "value") {
    note_write(walk, list(base = name, target = name), ctx, "global", pattern)
  }
}

note_store_write <- function(walk, object, scope, ctx) {
  if (!is.symbol(object)) return(invisible())
  name <- as.character(object)
  if (!is_local(name, scope) && is_bound(walk$model, name) && binding_kind(walk$model, name) == "store") {
    note_write(walk, list(base = name, target = name), ctx, "global", name)
  }
}

# add_user(users, id), where `users` is an environment and add_user() changes what it is handed.
note_handed_environments <- function(walk, name, expr, scope, ctx) {
  literal <- bound_function(walk$model, name)
  formals <- names(literal[[2L]])
  for (formal in formals) {
    value <- call_argument(expr, formals, formal)
    if (!is.symbol(value) || !changes_formal(literal, formal)) next
    base <- as.character(value)
    lives <- environment_life(walk, base, scope, ctx)
    if (!is.null(lives)) note_write(walk, list(base = base, target = base), ctx, lives, name)
  }
}

changes_formal <- function(literal, formal) {
  found <- FALSE
  look <- function(expr) {
    name <- call_name(expr)
    if (name %in% c("<-", "=") && is.call(expr[[2L]]) && target_name(expr[[2L]])$base == formal) found <<- TRUE
    if (name == "assign" && identical(assign_place(expr), as.symbol(formal))) found <<- TRUE
    if (name == "rm" && identical(as.list(expr)$envir, as.symbol(formal))) found <<- TRUE
    if (name %in% store_setters && identical(expr[[1L]][[2L]], as.symbol(formal))) found <<- TRUE
    for (i in seq_along(expr)) if (!found && typeof(expr[[i]]) == "language") look(expr[[i]])
  }
  if (is.call(literal[[3L]])) look(literal[[3L]])
  found
}

# --- Judging
# -------------------------------------------------------------------------------------------------------

# "state": other requests must see it; "cache": each process can have its own; "scratch": set anew before
# each use; NULL: nothing outlives the request after all.
judge_write <- function(walk, write, writes) {
  if (write$lives == "object" && !object_lives(walk, write)) return(NULL)
  kin <- Filter(function(other) other$base == write$base && other$lives == write$lives, writes)
  if (all(vapply(kin, is_guarded, NA)) && !is_table_of_others(walk, write, kin)) return("cache")
  if (write$lives == "global" && is_scratch(walk, write, kin)) return("scratch")
  "state"
}

is_guarded <- function(write) {
  any(write$guards == "*" | write$guards == write$target | startsWith(write$target, paste0(write$guards, "[[")))
}

# x[[id]], other than x and x[["id"]]
has_changing_key <- function(target) grepl("[[", target, fixed = TRUE) && !grepl("[[\"", target, fixed = TRUE)

# Entries under changing keys that functions read which never fill them in: a table of users, not a cache.
is_table_of_others <- function(walk, write, kin) {
  if (!has_changing_key(write$target)) return(FALSE)
  writers <- vapply(kin, function(other) other$fn, 0L)
  readers <- vapply(walk$reads[[write$base]], function(read) read$fn, 0L)
  !all(readers %in% writers) || read_quietly(walk, write$base)
}

read_quietly <- function(walk, name) {
  for (quiet in walk$quiet) {
    if (name %in% quiet$used && !is_local(name, function_scope(quiet$literal, NULL))) return(TRUE)
  }
  FALSE
}

# Whoever reads it has set it before in the same call, or a filter sets it for every request.
is_scratch <- function(walk, write, kin) {
  if (!write$whole || has_changing_key(write$target)) return(FALSE)
  same <- Filter(function(other) other$target == write$target, kin)
  if (length(same) < length(kin) && write$base == write$target) return(FALSE)
  sure <- Filter(function(other) other$whole && other$certain, same)
  reads <- Filter(function(read) read$target == write$target || read$target == write$base, walk$reads[[write$base]])
  set_before <- function(read) {
    any(vapply(sure, function(other) other$fn == read$fn && other$order < read$order, NA))
  }
  unset <- Filter(Negate(set_before), reads)
  everywhere <- Filter(function(other) other$kind == "filter", sure)
  if (length(everywhere) > 0L) {
    before <- vapply(everywhere, function(other) other$fn, 0L)
    return(!any(vapply(unset, function(read) read$fn %in% before, NA)))
  }
  length(unset) == 0L && !read_quietly(walk, write$base)
}

# An object counts when it was made at load and requests use it, and its method is one that they name.
object_lives <- function(walk, write) {
  if (!exists(write$method, envir = walk$members, inherits = FALSE)) return(FALSE)
  for (name in ls(walk$reached, all.names = TRUE)) {
    for (entry in bindings_of(walk$model, name)) {
      if (!is.call(entry$value) || is_function_literal(entry$value)) next
      used <- all.names(entry$value)
      if (write$class %in% used && ("new" %in% used || call_name(entry$value) == write$class)) return(TRUE)
    }
  }
  FALSE
}

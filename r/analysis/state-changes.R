# Changes that outlive a request: noted during the walk, judged after it.
# Needs syntax.R, scopes.R, targets.R and app-model.R.

table_setters <- c(
  "set", "setnames", "setorder", "setorderv", "setkey", "setkeyv", "setindex", "setindexv", "setcolorder", "setattr",
  "setnafill", "setDT", "setDF"
)
store_setters <- paste0("$", c(
  "set", "mset", "remove", "reset", "add", "madd", "push", "mpush", "pop", "insert", "enqueue", "dequeue",
  "clear", "update", "pushleft", "popleft"
))
state_triggers <- c(
  "<<-", "assign", "rm", ":=", ".GlobalEnv", "globalenv", "self", "private", "list2env", table_setters
)

note_write <- function(walk, found, ctx, lives, pattern, text = found$target) {
  walk$order <- walk$order + 1L
  walk$writes[[length(walk$writes) + 1L]] <- c(found[c("base", "target")], list(
    whole = isTRUE(found$whole), lives = lives, pattern = pattern, text = text, order = walk$order
  ), ctx)
}

# x$a <- 1 outlives the request if x is an environment that does.
note_part_write <- function(walk, target, scope, ctx) {
  found <- target_name(target)
  if (found$global || found$base %in% c(".GlobalEnv", "globalenv()")) {
    return(note_write(walk, found, ctx, "global", if (found$global) found$base else "GlobalEnv|globalenv"))
  }
  lives <- environment_life(walk, found$base, scope, ctx)
  # Another name of the same environment may be read.
  if (is_local(found$base, scope)) found$whole <- FALSE
  if (!is.null(lives)) note_write(walk, found, ctx, lives, found$base)
}

# Where an environment of that name outlives the request: "global", "closure", "object", or NULL.
environment_life <- function(walk, name, scope, ctx, depth = 0L) {
  home <- find_scope(name, scope)
  if (is.null(home)) {
    if (is_own_object(name, ctx)) return("object")
    return(if (lives_on_top(walk$model, name)) "global")
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

lives_on_top <- function(model, name) {
  is_bound(model, name) && binding_kind(model, name) %in% c("environment", "store")
}

# In a method of a class these names are the object.
is_own_object <- function(name, ctx) name %in% c("self", "private") && !is.null(ctx$class)

# As in self$users.
is_own_part <- function(expr, ctx) {
  is_call_to(expr, "$") && is.symbol(expr[[2L]]) && is_own_object(as.character(expr[[2L]]), ctx)
}

# Whether a member of a class is a store: by its value in the class, or by what a method assigns to it.
holds_store <- function(model, class, member) {
  found <- FALSE
  look <- function(expr) {
    given <- as.list(expr)[names2(expr) == member]
    assigned <- own_part_assignment(expr, member)
    for (value in present(c(given, assigned))) if (value_kind(model, value) == "store") found <<- TRUE
    for (i in seq_along(expr)) if (!found && typeof(expr[[i]]) == "language") look(expr[[i]])
  }
  for (entry in bindings_of(model, class)) if (is.call(entry$value)) look(entry$value)
  found
}

# list(value) of self$member <- value, or of private$member <- value.
own_part_assignment <- function(expr, member) {
  if (!is_call_to(expr, c("<-", "=", "<<-"))) return(NULL)
  if (deparse1(expr[[2L]]) %in% paste0(c("self$", "private$"), member)) list(expr[[3L]])
}

# x <<- 1 assigns outside of its function.
note_outward_write <- function(walk, target, scope, ctx) {
  found <- target_name(target)
  home <- find_scope(found$base, scope$parent)
  if (is.null(home)) {
    note_write(walk, found, ctx, if (is_own_object(found$base, ctx)) "object" else "global", found$base)
  } else if (home$kind == "load") {
    note_write(walk, found, ctx, "closure", found$base)
  } else if (home$kind == "class") {
    note_write(walk, found, ctx, "object", found$base)
  }
}

note_state_call <- function(walk, name, expr, scope, ctx) {
  if (name %in% store_setters) return(note_store_write(walk, expr[[1L]][[2L]], scope, ctx))
  if (name %in% table_setters || (name == "[" && ":=" %in% all.names(expr))) {
    return(note_table_write(walk, expr, scope, ctx))
  }
  switch(name,
    assign = note_assign(walk, expr, scope, ctx),
    rm = note_place_write(walk, as.list(expr)$envir, scope, ctx, name),
    with = note_evaluated_write(walk, call_argument(expr, c("data", "expr"), "data"), expr, scope, ctx),
    local = ,
    evalq = ,
    eval = note_evaluated_write(walk, call_argument(expr, c("expr", "envir"), "envir"), expr, scope, ctx),
    list2env = note_place_write(walk, call_argument(expr, c("x", "envir"), "envir"), scope, ctx, name)
  )
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
    named <- expr[[2L]]
    text <- if (is.character(named)) named else sprintf("the variable named by %s", deparse1(named))
    return(note_write(walk, found, ctx, "global", "assign", text))
  }
  if (is_own_part(place, ctx)) return(note_write(walk, found, ctx, "object", "assign"))
  if (!is.symbol(place)) return(invisible())
  lives <- environment_life(walk, as.character(place), scope, ctx)
  if (!is.null(lives)) note_write(walk, found, ctx, lives, "assign")
}

# parent.env(environment()) of a function at the top level is the app's own environment.
is_outer_place <- function(place, scope) {
  is_call_to(place, "parent.env") && is.null(scope$parent)
}

# with(state, x <- 1) and evalq(x <- 1, state) assign in an environment, but not in a table.
note_evaluated_write <- function(walk, place, expr, scope, ctx) {
  if (is.null(place)) return(invisible())
  for (body in Filter(is.call, call_arguments(expr))) {
    if (is_call_to(body, "quote")) body <- body[[2L]]
    if (is.call(body) && length(assigned_values(body)) > 0L) {
      note_place_write(walk, place, scope, ctx, names(assigned_values(body)))
    }
  }
}

note_place_write <- function(walk, place, scope, ctx, pattern) {
  if (is.null(place)) return(invisible())
  if (isTRUE(is_global_place(place))) {
    found <- list(base = ".GlobalEnv", target = ".GlobalEnv")
    note_write(walk, found, ctx, "global", pattern, "the global environment")
  } else if (is.symbol(place)) {
    name <- as.character(place)
    lives <- environment_life(walk, name, scope, ctx)
    if (!is.null(lives)) note_write(walk, list(base = name, target = name), ctx, lives, pattern)
  }
}

# data.table changes a table in place, without an assignment.
note_table_write <- function(walk, expr, scope, ctx) {
  if (length(expr) < 2L || !is.symbol(expr[[2L]])) return(invisible())
  name <- as.character(expr[[2L]])
  if (!is_local(name, scope) && is_bound(walk$model, name) && binding_kind(walk$model, name) == "value") {
    note_write(walk, list(base = name, target = name), ctx, "global", name)
  }
}

note_store_write <- function(walk, object, scope, ctx) {
  if (is_own_part(object, ctx)) {
    if (!holds_store(walk$model, ctx$class, as.character(object[[3L]]))) return(invisible())
    return(note_write(walk, target_name(object), ctx, "object", as.character(object[[3L]])))
  }
  if (!is.symbol(object)) return(invisible())
  name <- as.character(object)
  home <- find_scope(name, scope)
  in_closure <- !is.null(home) && home$kind == "load" && "store" %in% value_kinds(walk, home$values[[name]])
  on_top <- is.null(home) && is_bound(walk$model, name) && binding_kind(walk$model, name) == "store"
  if (in_closure || on_top) {
    note_write(walk, list(base = name, target = name), ctx, if (on_top) "global" else "closure", name)
  }
}

value_kinds <- function(walk, values) vapply(values, function(value) value_kind(walk$model, value), "")

# add_user(users, id), where `users` is an environment that add_user() changes.
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
  object <- as.symbol(formal)
  found <- FALSE
  look <- function(expr) {
    if (changes_object(expr, call_name(expr), object)) found <<- TRUE
    for (i in seq_along(expr)) if (!found && typeof(expr[[i]]) == "language") look(expr[[i]])
  }
  if (is.call(literal[[3L]])) look(literal[[3L]])
  found
}

changes_object <- function(expr, name, object) {
  if (name %in% store_setters) return(identical(expr[[1L]][[2L]], object))
  switch(name,
    "<-" = ,
    "=" = is.call(expr[[2L]]) && target_name(expr[[2L]])$base == as.character(object),
    assign = identical(assign_place(expr), object),
    rm = identical(as.list(expr)$envir, object),
    FALSE
  )
}

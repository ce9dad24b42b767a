# Walks the code that runs in requests: notes what outlives the request and what workers share.
# Needs syntax.R, scopes.R, targets.R, app-model.R, load-walk.R, state-changes.R and file-access.R.

walk_requests <- function(walk) {
  walk$triggers <- c(state_triggers, io_functions, request_calls_of_interest, lasting_names(walk$model),
                     if (names_are_quoted(walk$model)) string_callers())
  while (length(walk$queue) > 0L) {
    item <- walk$queue[[1L]]
    walk$queue <- walk$queue[-1L]
    walk$functions <- walk$functions + 1L
    walk_function(walk, item)
  }
}

# Names at the top level whose values can be changed in place.
lasting_names <- function(model) {
  names <- ls(model$bindings, all.names = TRUE)
  names[vapply(names, function(name) binding_kind(model, name) %in% c("environment", "store"), NA)]
}

# Functions that may take the name of another function as a string.
string_callers <- function() c("do.call", "match.fun", "get", "get0", "mget", "exists", eager_callers)

names_are_quoted <- function(model) {
  lines <- unlist(lapply(model$files, function(file) file$lines))
  pattern <- "[\"'][A-Za-z.][A-Za-z0-9._]*[\"']"
  quoted <- unlist(regmatches(lines, gregexpr(pattern, lines, useBytes = TRUE)))
  any(vapply(unique(gsub("[\"']", "", quoted)), function(name) !is.null(bound_function(model, name)), NA))
}

walk_function <- function(walk, item) {
  literal <- item$literal
  used <- unique(c(all.names(literal[[3L]]), unlist(lapply(present(as.list(literal[[2L]])), all.names))))
  walk$members <- note_names(walk$members, used)
  if (!any(used %in% walk$triggers) && is.null(item$scope)) {
    # Only the names that it uses matter: most functions don't need the slow walk.
    walk$quiet[[length(walk$quiet) + 1L]] <- list(literal = literal, used = used)
    for (name in used[used %in% ls(walk$model$bindings, all.names = TRUE)]) {
      if (name %in% names(literal[[2L]])) next
      reach_name(walk, name, list(kind = "helper", label = item$label))
    }
    return(invisible())
  }
  scope <- function_scope(literal, item$scope)
  ctx <- c(
    list(guards = character(), path = "/", fn = walk$functions),
    item[c("place", "label", "kind", "class", "method")]
  )
  visit_defaults(walk, literal, scope, ctx)
  visit(walk, literal[[3L]], scope, ctx)
}

note_names <- function(env, names) {
  for (name in names[nzchar(names)]) assign(name, TRUE, envir = env)
  env
}

visit <- function(walk, expr, scope, ctx) {
  if (is.symbol(expr)) return(visit_name(walk, as.character(expr), scope, ctx))
  if (!is.call(expr)) return(invisible())
  if (is_pipe(expr)) expr <- unpipe(expr)
  head <- expr[[1L]]
  visitor <- if (is.symbol(head)) visitors[[as.character(head)]]
  if (is.null(visitor)) visit_call(walk, expr, scope, ctx) else visitor(walk, expr, scope, ctx)
  invisible()
}

visit_parts <- function(walk, expr, scope, ctx, from = 2L) {
  for (i in seq_along(expr)[-seq_len(from - 1L)]) visit_part(walk, expr, i, scope, ctx)
}

# Takes the call and an index, because R can't assign an omitted argument to a variable.
visit_part <- function(walk, expr, i, scope, ctx) {
  type <- typeof(expr[[i]])
  if (type == "language") visit(walk, expr[[i]], scope, ctx)
  else if (type == "symbol") visit_name(walk, as.character(expr[[i]]), scope, ctx)
}

visit_name <- function(walk, name, scope, ctx) {
  if (!nzchar(name) || is_local(name, scope)) return(invisible())
  note_read(walk, name, name, ctx)
  if (is_bound(walk$model, name)) reach_name(walk, name, list(kind = "helper", label = ctx$label))
}

note_read <- function(walk, name, target, ctx) {
  walk$order <- walk$order + 1L
  read <- list(fn = ctx$fn, path = ctx$path, order = walk$order, target = target)
  walk$reads[[name]] <- c(walk$reads[[name]], list(read))
}

# A statement after `if (!is.null(x)) return(x)` only runs if x is NULL.
visit_block <- function(walk, expr, scope, ctx) {
  places <- attr(expr, "srcref")
  for (i in seq_along(expr)[-1L]) {
    inner <- ctx
    inner$place <- place_within(ctx$place, places, i)
    visit_part(walk, expr, i, scope, inner)
    statement <- expr[[i]]
    if (is_call_to(statement, "if") && length(statement) == 3L && leaves(statement[[3L]])) {
      ctx$guards <- c(ctx$guards, absent_after(statement, expr, i))
    }
  }
}

# An entry of a table only counts if it is returned: `if (id in table) return(409)` does not guard a cache.
absent_after <- function(statement, block, i) {
  absent <- absent_names(statement[[2L]], FALSE)
  if (length(absent) == 0L) return(absent)
  given <- all.names(statement[[3L]])
  keyed <- grepl("[[", absent, fixed = TRUE) & !grepl("[[\"", absent, fixed = TRUE)
  absent <- absent[!keyed | sub("[[].*$", "", absent) %in% given]
  rest <- unlist(lapply(as.list(block)[-seq_len(i)], assigned_targets))
  c(absent, if (any(absent %in% rest)) "*")
}

leaves <- function(expr) {
  if (!is.call(expr)) return(FALSE)
  name <- call_name(expr)
  if (name == "{" && length(expr) > 1L) return(leaves(expr[[length(expr)]]))
  name %in% c("return", "stop", "abort", "next", "break", "forward")
}

# Code that may or may not run: what it sets is only known to be set later in the same code.
maybe <- function(walk, ctx) {
  walk$branches <- walk$branches + 1L
  ctx$path <- paste0(ctx$path, walk$branches, "/")
  ctx
}

visit_if <- function(walk, expr, scope, ctx) {
  visit_part(walk, expr, 2L, scope, ctx)
  for (i in seq_along(expr)[-(1:2)]) {
    inner <- maybe(walk, ctx)
    assigned <- assigned_targets(expr[[i]])
    absent <- absent_names(expr[[2L]], i == 3L, assigned)
    # A value that is set together with the absent one belongs to it, such as the time of a cached value.
    inner$guards <- c(ctx$guards, absent, if (any(absent %in% assigned)) "*")
    visit_part(walk, expr, i, scope, inner)
  }
}

visit_loop <- function(walk, expr, scope, ctx) {
  visit_parts(walk, expr, scope, maybe(walk, ctx), from = if (call_name(expr) == "for") 3L else 2L)
}

visit_either <- function(walk, expr, scope, ctx) {
  visit_part(walk, expr, 2L, scope, ctx)
  ctx <- maybe(walk, ctx)
  # x %||% f: f runs if x is NULL. a || b: b runs if a is FALSE.
  absent <- switch(as.character(expr[[1L]]),
    "||" = absent_names(expr[[2L]], FALSE),
    "&&" = absent_names(expr[[2L]], TRUE),
    target_name(expr[[2L]])$target
  )
  ctx$guards <- c(ctx$guards, absent)
  visit_part(walk, expr, 3L, scope, ctx)
}

visit_literal <- function(walk, expr, scope, ctx) {
  ctx <- maybe(walk, ctx)
  ctx$place <- literal_place(expr, ctx$place)
  inner <- function_scope(expr, scope)
  visit_defaults(walk, expr, inner, ctx)
  visit(walk, expr[[3L]], inner, ctx)
}

visit_defaults <- function(walk, literal, scope, ctx) {
  defaults <- literal[[2L]]
  for (i in seq_along(defaults)) visit_part(walk, defaults, i, scope, ctx)
}

visit_assignment <- function(walk, expr, scope, ctx) {
  visit_part(walk, expr, 3L, scope, ctx)
  target <- expr[[2L]]
  if (!is.call(target)) return(invisible())
  visit_target_parts(walk, target, scope, ctx)
  note_part_write(walk, target, scope, ctx)
}

visit_outward <- function(walk, expr, scope, ctx) {
  visit_part(walk, expr, 3L, scope, ctx)
  target <- expr[[2L]]
  if (is.call(target)) visit_target_parts(walk, target, scope, ctx)
  note_outward_write(walk, target, scope, ctx)
}

# In x[[i]]$a <- 1 the index is read.
visit_target_parts <- function(walk, target, scope, ctx) {
  while (is.call(target) && length(target) > 1L) {
    if (!call_name(target) %in% c("$", "@")) visit_parts(walk, target, scope, ctx, from = 3L)
    target <- target[[2L]]
  }
}

visit_member <- function(walk, expr, scope, ctx) {
  found <- target_name(expr)
  if (is.symbol(expr[[2L]])) {
    name <- if (found$global) found$base else as.character(expr[[2L]])
    if (is_local(name, scope)) return(invisible())
    note_read(walk, name, found$target, ctx)
    if (is_bound(walk$model, name)) reach_name(walk, name, list(kind = "helper", label = ctx$label))
  } else {
    visit_part(walk, expr, 2L, scope, ctx)
  }
  if (call_name(expr) == "[[") visit_parts(walk, expr, scope, ctx, from = 3L)
}

visit_nothing <- function(walk, expr, scope, ctx) invisible()

visit_call <- function(walk, expr, scope, ctx) {
  name <- call_name(expr)
  if (is.symbol(expr[[1L]])) {
    visit_name_called(walk, name, scope, ctx)
  } else {
    visit_part(walk, expr, 1L, scope, ctx)
  }
  own <- is.symbol(expr[[1L]]) && (is_local(name, scope) || !is.null(bound_function(walk$model, name)))
  if (name %in% c("quit", "q") && is.symbol(expr[[1L]]) && is_bound(walk$model, name)) own <- TRUE
  if (!own) {
    note_state_call(walk, name, expr, scope, ctx)
    note_io(walk, name, expr, scope, ctx)
    if (name %in% request_calls_of_interest) {
      note_call(walk, name, expr, ctx$place, "request", ctx$label, scope, ctx$fn)
    }
    visit_named_functions(walk, name, expr, scope, ctx)
  } else if (!is_local(name, scope)) {
    note_handed_environments(walk, name, expr, scope, ctx)
  }
  if (name %in% own_scope && !own && length(expr) > 1L) {
    visit_parts(walk, expr, block_scope(expr[[length(expr)]], scope, "function"), ctx)
  } else {
    visit_parts(walk, expr, scope, ctx)
  }
}

visit_name_called <- function(walk, name, scope, ctx) {
  if (!is_local(name, scope) && is_bound(walk$model, name)) {
    reach_name(walk, name, list(kind = "helper", label = ctx$label))
  }
}

# do.call("f", …), get("x"), sapply(x, "f"): names as strings.
visit_named_functions <- function(walk, name, expr, scope, ctx) {
  if (!name %in% string_callers()) return(invisible())
  for (text in Filter(is.character, call_arguments(expr))) {
    for (word in text) if (name == "exists" || is_bound(walk$model, word)) visit_name(walk, word, scope, ctx)
  }
}

visitors <- list(
  "{" = visit_block, "if" = visit_if, "for" = visit_loop, "while" = visit_loop, "repeat" = visit_loop,
  "&&" = visit_either, "||" = visit_either, "%||%" = visit_either,
  "function" = visit_literal, "<-" = visit_assignment, "=" = visit_assignment, "<<-" = visit_outward,
  "$" = visit_member, "@" = visit_member, "[[" = visit_member,
  "::" = visit_nothing, ":::" = visit_nothing, "quote" = visit_nothing, "bquote" = visit_nothing,
  "substitute" = visit_nothing, "expression" = visit_nothing
)

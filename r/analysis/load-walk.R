# What runs while an app loads: it finds where requests enter, which closures live on, and what is opened or started.
# Needs syntax.R, scopes.R, app-model.R and entry-points.R.

# A walk holds everything that is found out about an app.
new_walk <- function(model) {
  walk <- new.env(parent = emptyenv())
  walk$model <- model
  walk$queue <- list()     # functions that requests run: list(literal, scope, place, label, kind, class, method)
  walk$reached <- new.env(parent = emptyenv())   # names at the top level that they use
  walk$entered <- new.env(parent = emptyenv())   # functions of the app that ran at load
  walk$members <- new.env(parent = emptyenv())   # what stands behind a $ in their code
  walk$reads <- new.env(parent = emptyenv())     # per name at the top level: list(fn, order, target)
  walk$quiet <- list()     # functions without anything of interest: only their names are known
  walk$writes <- list()    # changes of what outlives a request
  walk$io <- list()        # files written and read
  walk$calls <- list()     # other calls of interest, list(name, call, place, label, phase)
  walk$functions <- 0L
  walk$order <- 0L
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
    # @plumber: the function is handed the router and builds on it, once.
    value <- if (is.symbol(expr)) bound_function(walk$model, as.character(expr)) else plain_value(expr)
    if (!is.null(value) && is_function_literal(value)) load_call(walk, value[[3L]], function_scope(value, NULL, "load"), place)
  } else {
    if (is.call(expr) && !is_function_literal(expr)) load_call(walk, expr, NULL, place)
    enter_carried(walk, plain_value(expr), NULL, place, block)
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
  if (!is.null(entry)) register_arguments(walk, expr, scope, place, entry)
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

# A function of the app that is called while it loads: its body is load-time code too.
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

# pr_get("/", handler), pr_hooks(list(preroute = f, exit = g)): what is handed over runs with requests, but for `exit`.
register_arguments <- function(walk, call, scope, place, entry) {
  if (entry$kind == "exit") return(invisible())
  args <- call_arguments(call)
  if (entry$kind == "hooks") {
    hooks <- Find(function(arg) is_call_to(arg, "list"), args)
    if (is.null(hooks)) return(enter_all(walk, args, scope, place, list(kind = "handler", label = "hook")))
    args <- call_arguments(hooks)
    for (stage in setdiff(names(args), "exit")) {
      kind <- if (stage == "preroute") "filter" else "handler"
      enter_carried(walk, args[[stage]], scope, place, list(kind = kind, label = paste("hook", stage)))
    }
    return(invisible())
  }
  enter_all(walk, args, scope, place, entry)
}

enter_all <- function(walk, args, scope, place, entry) {
  for (arg in args) {
    # The router that it is piped from was made by calls, not by functions of this route.
    if (is.call(arg) && !is.null(registration(arg))) next
    enter_carried(walk, arg, scope, place, entry)
  }
}

# The functions that a value made at load holds: those written in it, those it names, and the closures that a function
# of the app returned for it. Requests run them.
enter_carried <- function(walk, expr, scope, place, entry, depth = 0L) {
  if (depth > 20L) return(invisible())
  again <- function(expr, scope) enter_carried(walk, expr, scope, place, entry, depth + 1L)
  if (is.symbol(expr)) {
    name <- as.character(expr)
    if (!nzchar(name)) return(invisible())
    home <- find_scope(name, scope)
    if (is.null(home)) return(reach_name(walk, name, entry))
    for (value in home$values[[name]]) again(value, home)
    return(invisible())
  }
  if (!is.call(expr)) return(invisible())
  if (is_function_literal(expr)) return(enqueue(walk, expr, scope, place, entry))
  if (is_pipe(expr)) expr <- unpipe(expr)
  name <- call_name(expr)
  if (name == "environment" && length(expr) == 1L && !is.null(scope)) {
    for (values in scope$values) for (value in values) if (is.call(value) && is_function_literal(value)) again(value, scope)
  } else if (name %in% c("{", "if", "(", "return", "invisible", "<-", "=")) {
    for (value in tail_values(expr)) again(value, scope)
  } else if (name == "local" && length(expr) > 1L) {
    inner <- block_scope(expr[[2L]], scope, "load")
    for (value in tail_values(expr[[2L]])) again(value, inner)
  } else if (name %in% class_makers) {
    enter_class(walk, expr, scope, place, entry)
  } else if (name %in% eager_callers) {
    for (arg in call_arguments(expr)) if (is.call(arg) && is_function_literal(arg)) enter_result(walk, arg, scope, place, entry, depth)
  } else if (!is_local(name, scope) && !is.null(maker <- bound_function(walk$model, name))) {
    enter_result(walk, maker, NULL, place, entry, depth)
    for (arg in call_arguments(expr)) again(arg, scope)
  } else {
    if (name == "$new" && is.symbol(expr[[1L]][[2L]])) again(expr[[1L]][[2L]], scope)
    for (arg in call_arguments(expr)) again(arg, scope)
  }
}

# The closures that one call of a function gave at load: they share its variables for good.
enter_result <- function(walk, maker, scope, place, entry, depth) {
  inner <- function_scope(maker, scope, "load")
  for (value in tail_values(maker[[3L]])) {
    # What the function itself calls to get its value ran at load; only closures live on.
    if (!is.call(value) || is_function_literal(value) || carries_closures(value)) {
      enter_carried(walk, value, inner, place, entry, depth + 1L)
    }
  }
}

carries_closures <- function(value) {
  name <- call_name(value)
  name %in% c("list", "structure", "c", "environment", "local", "$new", "Vectorize", "memoise") || "function" %in% all.names(value)
}

# The methods of a class; those that no request names are dropped in the end.
enter_class <- function(walk, expr, scope, place, entry) {
  args <- call_arguments(expr)
  class <- if (is.null(entry$name)) "" else entry$name
  if (!is.null(args$inherit)) enter_carried(walk, args$inherit, scope, place, entry)
  fields <- if (call_name(expr) == "setRefClass") class_fields(args$fields) else character()
  inner <- list(names = fields, values = list(), parent = scope, kind = "class")
  for (group in args[names(args) %in% c("public", "private", "active", "methods")]) {
    if (!is_call_to(group, "list")) next
    members <- call_arguments(group)
    for (name in setdiff(names(members), c("", "initialize", "finalize"))) {
      if (is.call(members[[name]]) && is_function_literal(members[[name]])) {
        enqueue(walk, members[[name]], inner, place, entry, class = class, method = name)
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

enqueue <- function(walk, literal, scope, place, entry, class = NULL, method = NULL) {
  walk$queue[[length(walk$queue) + 1L]] <- list(
    literal = literal, scope = scope, place = literal_place(literal, place), label = entry$label, kind = entry$kind,
    class = class, method = method
  )
}

# A function keeps its own place, in the file that its statement stands in.
literal_place <- function(literal, place) {
  if (length(literal) < 4L || is.null(literal[[4L]])) return(place)
  place_of(place$file, literal[[4L]])
}

# A name at the top level that a request's code uses.
reach_name <- function(walk, name, entry) {
  if (exists(name, envir = walk$reached, inherits = FALSE)) return(invisible())
  assign(name, entry$label, envir = walk$reached)
  entry$name <- name
  for (binding in bindings_of(walk$model, name)) {
    enter_carried(walk, binding$value, NULL, binding$place, entry)
  }
}

note_call <- function(walk, name, call, place, phase, label = NULL, scope = NULL) {
  walk$calls[[length(walk$calls) + 1L]] <- list(name = name, call = call, place = place, phase = phase, label = label,
                                                scope = scope)
}

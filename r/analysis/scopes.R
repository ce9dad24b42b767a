# Scopes of names in code that is analysed without running it. Needs syntax.R.
#
# A scope has names, values, parent, kind and followed. `values`: for each name the expressions assigned to it;
# `followed`: the names whose values have been analysed. `kind` is "function" for a call in a request, "load" for a call
# while the app loaded (the variables of its closures live as long as the worker), "class" for the fields of an object.
# The top level is NULL.

# Calls that run their function arguments at once.
eager_callers <- c(
  "lapply", "sapply", "vapply", "mapply", "Map", "Filter", "Reduce", "Find", "Position", "apply", "tapply",
  "outer", "by", "aggregate", "rapply", "eapply", "replicate", "do.call", "map", "map2", "pmap", "imap",
  "map_chr", "map_dbl", "map_int", "map_lgl", "map_df", "map_dfr", "walk", "walk2", "iwalk", "keep",
  "discard", "reduce", "tryCatch", "withCallingHandlers", "try", "system.time", "suppressWarnings",
  "suppressMessages", "suppressPackageStartupMessages", "invisible", "on.exit"
)

own_scope <- c("local", "with", "within", "future", "with_seed", "with_dir", "with_options")

new_scope <- function(names, values, parent, kind) {
  scope <- new.env(parent = emptyenv())
  scope$names <- names
  scope$values <- values
  scope$parent <- parent
  scope$kind <- kind
  scope$followed <- character()
  scope
}

function_scope <- function(literal, parent, kind = "function") {
  values <- assigned_values(literal[[3L]])
  new_scope(unique(c(names(literal[[2L]]), names(values))), values, parent, kind)
}

block_scope <- function(body, parent, kind) {
  values <- assigned_values(body)
  new_scope(names(values), values, parent, kind)
}

# The innermost scope that has a name; NULL for the top level.
find_scope <- function(name, scope) {
  while (!is.null(scope)) {
    if (name %in% scope$names) return(scope)
    scope <- scope$parent
  }
  NULL
}

is_local <- function(name, scope) !is.null(find_scope(name, scope))

# For each name the expressions that this code assigns to it, without the functions inside it. x$a <- 1 makes no new
# name: if x is an environment, it changes the one outside.
assigned_values <- function(body) {
  found <- list()
  add <- function(name, value) if (nzchar(name)) found[[name]] <<- c(found[[name]], list(value))
  walk <- function(expr) {
    operator <- call_name(expr)
    if (operator == "function" || (operator == "local" && length(expr) == 2L)) return(invisible())
    if (operator == "for") add(as.character(expr[[2L]]), NULL)
    pair <- local_assignment(expr, operator)
    if (!is.null(pair)) add(pair$name, pair$value)
    for (i in seq_along(expr)) if (typeof(expr[[i]]) == "language") walk(expr[[i]])
  }
  if (is.call(body)) walk(body)
  found
}

local_assignment <- function(expr, operator) {
  if (operator %in% c("<-", "=") || (operator == "assign" && is_plain_assign(expr))) plain_assignment(expr)
}

# assign() without an environment assigns in its own scope.
is_plain_assign <- function(call) {
  !any(c("envir", "pos", "inherits") %in% names(call)) && sum(names2(as.list(call)[-1L]) == "") < 3L
}

# The values of a block of code: its last expression, in each branch of if and else, and its early returns.
tail_values <- function(body) {
  if (!is.call(body)) return(list(body))
  name <- call_name(body)
  if (name == "{") {
    if (length(body) == 1L) return(list())
    last <- body[[length(body)]]
    early <- unlist(lapply(as.list(body)[-c(1L, length(body))], early_returns), recursive = FALSE)
    return(c(early, tail_values(last)))
  }
  if (name == "if") return(unlist(lapply(call_arguments(body)[-1L], tail_values), recursive = FALSE))
  if (name %in% c("return", "invisible", "(") && length(body) > 1L) return(tail_values(body[[2L]]))
  pair <- plain_assignment(body)
  if (is.null(pair)) list(body) else tail_values(pair$value)
}

early_returns <- function(expr) {
  if (!is.call(expr) || is_function_literal(expr) || !"return" %in% all.names(expr)) return(list())
  if (call_name(expr) == "return") return(if (length(expr) > 1L) tail_values(expr[[2L]]) else list())
  unlist(lapply(call_arguments(expr), early_returns), recursive = FALSE)
}

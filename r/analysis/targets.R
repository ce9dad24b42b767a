# What an assignment changes, and what a condition says about it. Needs syntax.R.

# The object that an expression changes and which part of it, in one form: x$a, x[["a"]] and x$a$b[1] are all
# list(base = "x", target = 'x[["a"]]'). `whole` says whether all of the target is replaced, `global` whether it
# was written as a part of the global environment.
target_name <- function(expr) {
  depth <- 0L
  part <- NULL
  while (is.call(expr) && length(expr) > 1L) {
    if (depth > 0L && call_name(expr) %in% place_functions) break
    depth <- depth + 1L
    part <- part_of(expr)
    expr <- expr[[2L]]
  }
  base <- if (is.symbol(expr) || is.character(expr)) as.character(expr) else deparse1(expr)
  if (base %in% global_places && isTRUE(startsWith(part, "\""))) {
    # A part of the global environment is a name at the top level.
    name <- gsub("^\"|\"$", "", part)
    return(list(base = name, target = name, whole = depth == 1L, global = TRUE))
  }
  target <- if (is.null(part) || part == "[]") base else paste0(base, "[[", part, "]]")
  list(base = base, target = target, whole = depth <= 1L && !identical(part, "[]"), global = FALSE)
}

place_functions <- c("globalenv", "environment", "get", "(", "as.environment")
global_places <- c(".GlobalEnv", "globalenv()")

# The part of its first argument that a call selects; "[]" for several parts or something else.
part_of <- function(expr) {
  name <- call_name(expr)
  if (length(expr) != 3L) return("[]")
  if (name %in% c("$", "@")) return(part_text(expr[[3L]]))
  if (name == "[[" && length(present(as.list(expr)[3L])) == 1L) deparse1(expr[[3L]]) else "[]"
}

part_text <- function(expr) {
  if (is.symbol(expr)) encodeString(as.character(expr), quote = "\"") else deparse1(expr)
}

# Targets that are certainly not set if a condition is TRUE (holds), or if it is FALSE.
# assigned: the targets that the guarded code sets. A flag such as `!loaded` counts if the code sets it and more.
absent_names <- function(condition, holds, assigned = character()) {
  if (is.symbol(condition)) {
    name <- as.character(condition)
    return(if (!holds && name %in% assigned && length(assigned) > 1L) name else character())
  }
  if (!is.call(condition)) return(character())
  name <- call_name(condition)
  args <- unname(call_arguments(condition))
  if (length(args) == 0L) return(character())
  if (name %in% c("!", "isFALSE")) return(absent_names(args[[1L]], !holds, assigned))
  if (name %in% c("(", "&&", "||", "&", "|", "isTRUE", "any", "all")) {
    return(unlist(lapply(args, absent_names, holds = holds, assigned = assigned)))
  }
  test <- if (holds) absence_tests[[name]] else presence_tests[[name]]
  if (is.null(test)) character() else test(condition, args)
}

absent_itself <- function(condition, args) target_name(args[[1L]])$target

# As in length(x) == 0.
absent_counted <- function(condition, args) {
  counted <- is_call_to(args[[1L]], c("length", "nrow", "NROW")) && length(args[[1L]]) > 1L
  if (counted && length(args) == 2L && identical(args[[2L]], 0)) target_name(args[[1L]][[2L]])$target
}

# As in exists("x") and exists(key, envir = cache).
absent_existing <- function(condition, args) {
  formals <- c("x", "where", "envir", "frame", "mode", "inherits")
  name <- call_argument(condition, formals, "x")
  place <- call_argument(condition, formals, "envir")
  if (is.null(place)) place <- call_argument(condition, formals, "where")
  if (!is.null(place) && !deparse1(place) %in% global_places) {
    return(paste0(deparse1(place), "[[", deparse1(name), "]]"))
  }
  if (is.character(name)) name
}

absent_file <- function(condition, args) paste0("file:", deparse1(args[[1L]]))

absent_member <- function(condition, args) {
  if (length(args) == 2L) paste0(deparse1(args[[1L]]), "[[", deparse1(args[[2L]]), "]]")
}

# As in key %in% names(cache).
absent_listed <- function(condition, args) {
  table <- args[[length(args)]]
  if (length(args) != 2L || !is_call_to(table, c("names", "ls", "rownames")) || length(table) < 2L) return(NULL)
  paste0(deparse1(table[[2L]]), "[[", deparse1(args[[1L]]), "]]")
}

# Functions that are TRUE if something is not set, and functions that are FALSE then.
absence_tests <- list(
  is.null = absent_itself, is_null = absent_itself, is.na = absent_itself, "==" = absent_counted
)
presence_tests <- list(
  length = absent_itself, nrow = absent_itself, nzchar = absent_itself, exists = absent_existing,
  file.exists = absent_file, hasName = absent_member, "%in%" = absent_listed
)

# The targets that code assigns.
assigned_targets <- function(expr) {
  found <- character()
  walk <- function(expr) {
    if (call_name(expr) %in% c("<<-", "<-", "=")) found <<- c(found, target_name(expr[[2L]])$target)
    if (call_name(expr) == "assign" && length(expr) > 2L) found <<- c(found, assign_target(expr)$target)
    for (i in seq_along(expr)) if (typeof(expr[[i]]) == "language") walk(expr[[i]])
  }
  if (is.call(expr)) walk(expr)
  unique(found)
}

# assign("x", …, envir = e) changes e$x.
assign_target <- function(call) {
  name <- call[[2L]]
  place <- assign_place(call)
  text <- if (is.character(name)) name else deparse1(name)
  if (is.null(place) || isTRUE(is_global_place(place))) return(list(base = text, target = text))
  base <- deparse1(place)
  list(base = base, target = paste0(base, "[[", deparse1(name), "]]"))
}

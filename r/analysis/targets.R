# What an assignment changes, and what a condition says about it. Needs syntax.R.

# The innermost thing that is changed and which part of it, in one spelling: x$a, x[["a"]] and x$a$b[1] are
# all list(base = "x", target = 'x[["a"]]'). `whole` says whether all of the target is replaced, `global`
# whether it was written as a part of the global environment.
target_name <- function(expr) {
  depth <- 0L
  part <- NULL
  while (is.call(expr) && length(expr) > 1L) {
    name <- call_name(expr)
    if (name %in% c("globalenv", "environment", "get", "(", "as.environment") && depth > 0L) break
    depth <- depth + 1L
    part <- if (name %in% c("$", "@") && length(expr) == 3L) part_text(expr[[3L]])
            else if (name == "[[" && length(expr) == 3L && length(present(as.list(expr)[3L])) == 1L) deparse1(expr[[3L]])
            else "[]"
    expr <- expr[[2L]]
  }
  base <- if (is.symbol(expr) || is.character(expr)) as.character(expr) else deparse1(expr)
  if (base %in% c(".GlobalEnv", "globalenv()") && !is.null(part) && grepl("^\"", part)) {
    # A part of the global environment is a name at the top level.
    name <- gsub("^\"|\"$", "", part)
    return(list(base = name, target = name, whole = depth == 1L, global = TRUE))
  }
  target <- if (is.null(part) || part == "[]") base else paste0(base, "[[", part, "]]")
  list(base = base, target = target, whole = depth <= 1L && !identical(part, "[]"), global = FALSE)
}

part_text <- function(expr) {
  if (is.symbol(expr)) encodeString(as.character(expr), quote = "\"") else deparse1(expr)
}

# Targets that are certainly not there yet when a condition holds, or fails to. `assigned` are the targets
# that the guarded code sets: a flag like `!loaded` counts when the code sets it and more.
absent_names <- function(condition, holds, assigned = character()) {
  if (is.symbol(condition)) {
    name <- as.character(condition)
    return(if (!holds && name %in% assigned && length(assigned) > 1L) name else character())
  }
  if (!is.call(condition)) return(character())
  name <- call_name(condition)
  args <- call_arguments(condition)
  if (name == "!") return(absent_names(args[[1L]], !holds, assigned))
  if (name == "(") return(absent_names(args[[1L]], holds, assigned))
  if (name %in% c("&&", "||", "&", "|", "isTRUE", "isFALSE", "any", "all")) {
    if (name == "isFALSE") holds <- !holds
    return(unlist(lapply(unname(args), absent_names, holds = holds, assigned = assigned)))
  }
  if (length(args) == 0L) return(character())
  if (holds && name %in% c("is.null", "is.na", "rlang_is_null", "is_null")) return(target_name(args[[1L]])$target)
  if (holds && name == "==" && length(args) == 2L && identical(args[[2L]], 0)) return(counted_target(args[[1L]]))
  if (!holds && name %in% c("length", "nrow", "nzchar")) return(target_name(args[[1L]])$target)
  if (!holds && name == "exists") return(existing_target(condition))
  if (!holds && name == "file.exists") return(paste0("file:", deparse1(args[[1L]])))
  if (!holds && name == "hasName") return(paste0(deparse1(args[[1L]]), "[[", deparse1(args[[2L]]), "]]"))
  if (!holds && name == "%in%") return(listed_target(args))
  character()
}

# length(x) == 0
counted_target <- function(expr) {
  if (is_call_to(expr, c("length", "nrow", "NROW")) && length(expr) > 1L) target_name(expr[[2L]])$target else character()
}

# exists("x"), exists(key, envir = cache)
existing_target <- function(call) {
  formals <- c("x", "where", "envir", "frame", "mode", "inherits")
  name <- call_argument(call, formals, "x")
  place <- call_argument(call, formals, "envir")
  if (is.null(place)) place <- call_argument(call, formals, "where")
  if (is.null(place) || deparse1(place) %in% c(".GlobalEnv", "globalenv()")) {
    return(if (is.character(name)) name else character())
  }
  paste0(deparse1(place), "[[", deparse1(name), "]]")
}

# key %in% names(cache)
listed_target <- function(args) {
  if (length(args) != 2L || !is_call_to(args[[2L]], c("names", "ls", "rownames")) || length(args[[2L]]) < 2L) {
    return(character())
  }
  paste0(deparse1(args[[2L]][[2L]]), "[[", deparse1(args[[1L]]), "]]")
}

# All that some code sets outside of itself or in place.
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

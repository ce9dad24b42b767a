# Helpers to analyse R code without running it. Base R only.

# The function that a call names: "f" for f() and pkg::f(), "$m" for object$m(), "" for anything else.
call_name <- function(call) {
  head <- call[[1L]]
  if (is.symbol(head)) return(as.character(head))
  if (is.character(head)) return(head[[1L]])
  if (!is.call(head) || length(head) != 3L) return("")
  operator <- if (is.symbol(head[[1L]])) as.character(head[[1L]]) else ""
  if (operator %in% c("::", ":::")) return(as.character(head[[3L]]))
  if (operator %in% c("$", "@") && !is.call(head[[3L]])) return(paste0("$", as.character(head[[3L]])))
  ""
}

is_call_to <- function(expr, names) is.call(expr) && call_name(expr) %in% names

is_function_literal <- function(expr) is.call(expr) && identical(expr[[1L]], as.symbol("function"))

# An argument of a call, matched as R does with these formals; NULL if it is missing.
call_argument <- function(call, formals, wanted) {
  args <- as.list(call)[-1L]
  given <- names2(args)
  at <- match(wanted, given)
  if (is.na(at)) {
    unnamed <- which(given == "")
    place <- match(wanted, formals[!formals %in% given])
    if (is.na(place) || place > length(unnamed)) return(NULL)
    at <- unnamed[[place]]
  }
  if (length(present(args[at])) == 0L) NULL else args[[at]]
}

# box::use(dplyr[filter], local = ./folder/file) names packages by symbols and files by paths.
is_box_use <- function(expr) identical(expr[[1L]], quote(box::use))

box_names <- function(expr, type) {
  named <- lapply(unname(call_arguments(expr)), function(arg) if (is_call_to(arg, "[")) arg[[2L]] else arg)
  wanted <- Filter(function(one) if (type == "symbol") is.symbol(one) else is_call_to(one, "/"), named)
  sub("\\[.*$", "", gsub("[ `]", "", vapply(wanted, deparse1, "")))
}

# The arguments of a call without those that were left out, as in x[1, ].
call_arguments <- function(call) present(as.list(call)[-1L])

# R can't evaluate the empty argument, so it stays inside a list.
empty_argument <- unname(as.list(formals(function(x) NULL)))

present <- function(args) {
  args[!vapply(seq_along(args), function(i) identical(unname(args[i]), empty_argument), NA)]
}

# x %>% f(y) is f(x, y). R's parser does the same for the native pipe.
unpipe <- function(call) {
  right <- call[[3L]]
  if (!is.call(right)) return(as.call(list(right, call[[2L]])))
  if (is_function_literal(right) || call_name(right) %in% c("(", "{")) return(call)
  if ("." %in% all.names(right, functions = FALSE)) return(call)
  as.call(append(as.list(right), call[[2L]], after = 1L))
}

is_pipe <- function(call) length(call) == 3L && identical(call[[1L]], as.symbol("%>%"))

# The strings that an expression always gives, or NULL if it depends on anything else. constants: an environment of
# names with constant strings
constant_text <- function(expr, constants = emptyenv()) {
  if (is.character(expr)) return(expr)
  if (is.numeric(expr)) return(as.character(expr))
  if (is.symbol(expr)) {
    name <- as.character(expr)
    return(if (nzchar(name)) get0(name, envir = constants, mode = "character", inherits = FALSE))
  }
  if (!is.call(expr)) return(NULL)
  name <- call_name(expr)
  if (name %in% same_text && length(expr) > 1L) return(constant_text(expr[[2L]], constants))
  if (name %in% c("c", "paste0", "paste", "file.path", "here", "path")) joined_text(name, expr, constants)
}

same_text <- c("(", "normalizePath", "path.expand", "as.character", "path_abs", "I")

joined_text <- function(name, expr, constants) {
  args <- call_arguments(expr)
  if (any(c("collapse", "ext", "recycle0") %in% names(args))) return(NULL)
  separator <- if (name == "paste" && !is.null(args$sep)) {
    constant_text(args$sep, constants)
  } else {
    switch(name, c = "", paste0 = "", paste = " ", "/")
  }
  parts <- lapply(args[!names2(args) %in% c("sep", "mustWork")], constant_text, constants = constants)
  if (length(parts) == 0L || any(lengths(parts) == 0L) || is.null(separator)) return(NULL)
  if (name == "c") unlist(parts, use.names = FALSE) else do.call(paste, c(unname(parts), sep = separator))
}

names2 <- function(x) if (is.null(names(x))) rep("", length(x)) else names(x)

# The name and the value of `name <- value` in all its forms; NULL for anything else.
plain_assignment <- function(expr) {
  if (!is.call(expr) || length(expr) < 3L) return(NULL)
  target <- expr[[2L]]
  if (call_name(expr) %in% c("<-", "=", "<<-") && (is.symbol(target) || is.character(target))) {
    return(list(name = as.character(target), value = expr[[3L]]))
  }
  if (call_name(expr) != "assign" || !is.character(target)) return(NULL)
  value <- call_argument(expr, c("x", "value"), "value")
  if (!is.null(value)) list(name = target[[1L]], value = value)
}

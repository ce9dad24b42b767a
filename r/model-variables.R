# What the calls of a formula, such as log(x) or factor(x), tell about a variable that the model frame does not contain.
# A type is only concluded if every other type would fail in R, or give the same values.

# Calls that take numbers only. A logical works like 0 and 1 in them.
number_calls <- c(
  "^", "*", "/", "%%", "%/%", "log", "log2", "log10", "log1p", "exp", "expm1", "sqrt", "abs", "sin", "cos", "tan",
  "asin", "acos", "atan", "sinh", "cosh", "tanh", "gamma", "lgamma", "signif", "floor", "ceiling", "scale", "poly",
  "ns", "bs", "pspline", "ridge", "rcs"
)
# Calls that give a number only for numbers, but dates for dates.
passing_calls <- c("+", "-", "(", "I", "identity", "offset", "pmin", "pmax", "round", "trunc")
comparisons <- c("<", ">", "<=", ">=", "==", "!=")
# Calls whose levels are the values of their argument as text.
value_calls <- c("factor", "as.factor", "ordered", "as.ordered", "as.character", "strata")
# Calls that take a factor, and keep its levels.
factor_calls <- c("relevel", "C")

call_name <- function(call) {
  name <- call[[1L]]
  if (is.call(name) && as.character(name[[1L]])[1L] %in% c("::", ":::")) name <- name[[3L]]
  if (is.symbol(name)) as.character(name) else ""
}

deparsed <- function(expression) paste(deparse(expression, 500L, backtick = TRUE), collapse = " ")

is_number_constant <- function(x) {
  if (is.numeric(x)) return(TRUE)
  if (is.symbol(x)) return(identical(x, quote(Inf)))
  is.call(x) && call_name(x) %in% c("c", "-", "seq", ":") && all(vapply(as.list(x)[-1L], is_number_constant, NA))
}

# Whether the variable must be a number. wanted: whether the value of the expression is one
must_be_number <- function(expression, name, wanted) {
  if (is.symbol(expression)) return(wanted && identical(as.character(expression), name))
  if (!is.call(expression)) return(FALSE)
  call <- call_name(expression)
  arguments <- as.list(expression)[-1L]
  if (call == "cut") {
    # Several breaks that are numbers; dates have a method of their own for other breaks.
    breaks <- if (is.null(arguments$breaks)) arguments[-1L][1L] else arguments["breaks"]
    several <- is.call(breaks[[1L]]) && is_number_constant(breaks[[1L]])
    return(must_be_number(arguments[[1L]], name, several))
  }
  wanted <- if (call %in% number_calls) TRUE
    else if (call %in% passing_calls) wanted
    else call %in% comparisons && any(vapply(arguments, is_number_constant, NA))
  present <- !vapply(arguments, identical, NA, formals(function(x) NULL)$x)
  any(vapply(arguments[present], must_be_number, NA, name, wanted))
}

# Whether the call is one of `calls` for the variable itself.
takes_itself <- function(call, name, calls) {
  call_name(call) %in% calls && identical(call[[2L]], as.name(name)) && is.null(as.list(call)$labels)
}

# A field whose values have these texts. A number and its text are the same to factor().
value_field <- function(name, levels) {
  numbers <- suppressWarnings(as.numeric(levels))
  if (anyNA(numbers)) return(list(name = name, type = "string", levels = levels, example = levels[1L]))
  # As a double, 100000 is "1e+05".
  type <- if (identical(as.character(numbers), levels)) "number"
    else if (all(abs(numbers) < 2^31) && identical(as.character(as.integer(numbers)), levels)) "integer"
  if (is.null(type)) return(list(name = name, type = "string", levels = levels, example = levels[1L]))
  list(name = name, type = type, values = numbers, example = numbers[1L])
}

# strata() puts the name before values that are not text.
strata_field <- function(name, levels) {
  prefix <- paste0(name, "=")
  if (!all(startsWith(levels, prefix))) {
    return(list(name = name, type = "string", levels = levels, example = levels[1L]))
  }
  levels <- substring(levels, nchar(prefix) + 1L)
  if (all(levels %in% c("FALSE", "TRUE"))) list(name = name, type = "boolean") else value_field(name, levels)
}

# A variable that is only used inside of calls.
# variables: the calls of the formula; classes, xlevels: what the model has kept of their values, by their text
inner_field <- function(name, variables, classes, xlevels) {
  found <- NULL
  number <- FALSE
  unclear <- list(name = name, type = "unknown")
  for (call in variables) {
    if (!name %in% all.vars(call)) next
    text <- deparsed(call)
    levels <- xlevels[[text]]
    class <- if (text %in% names(classes)) classes[[text]] else ""
    if (must_be_number(call, name, class == "numeric")) {
      number <- TRUE
    } else if (is.character(levels) && takes_itself(call, name, value_calls)) {
      found <- if (call_name(call) == "strata") strata_field(name, levels) else value_field(name, levels)
    } else if (is.character(levels) && takes_itself(call, name, factor_calls)) {
      found <- list(name = name, type = "factor", levels = levels, example = levels[1L])
    } else {
      return(unclear)
    }
  }
  if (number && (is.null(found) || !found$type %in% c("number", "integer"))) {
    return(if (is.null(found)) list(name = name, type = "number", logical = TRUE) else unclear)
  }
  if (is.null(found)) unclear else found
}

# Whether a name that no data tells about is an object of the session in which the model was trained, such as the breaks
# of cut(). rows: the number of rows of the training data
is_constant <- function(name, environment, rows) {
  while (is.environment(environment) && !identical(environment, emptyenv())) {
    if (exists(name, environment, inherits = FALSE)) {
      value <- get(name, environment, inherits = FALSE)
      return(!is.function(value) && !identical(NROW(value), rows))
    }
    if (identical(environment, globalenv())) break
    environment <- parent.env(environment)
  }
  FALSE
}

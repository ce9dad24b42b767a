# The input of a model: names and types, read from the object.
#
# A field is list(name, type, levels, ordered, min, max, example). Type "unknown" means that the configuration must give
# the type. min and max are those of the training data, if the object has kept them.

# A column of training data, or of a prototype without rows.
# strict: an integer column takes whole numbers only, as with hardhat; otherwise it takes any number
column_field <- function(name, x, strict = FALSE) {
  field <- list(name = name, type = "unknown")
  if (!is.null(dim(x))) return(field)
  if (is.factor(x)) {
    field$type <- "factor"
    field$levels <- levels(x)
    field$ordered <- is.ordered(x)
    field$example <- if (length(x)) as.character(x[!is.na(x)][1L]) else levels(x)[1L]
    return(field)
  }
  field$type <- if (inherits(x, "Date")) "date"
    else if (inherits(x, "POSIXct")) "datetime"
    else if (is.object(x) && !is.numeric(x)) "unknown"
    else switch(typeof(x),
      logical = "boolean", integer = if (strict) "integer" else "number", double = "number", character = "string",
      "unknown"
    )
  if (field$type == "datetime") field$timezone <- attr(x, "tzone")[1L]
  seen <- x[!is.na(x)]
  if (length(seen) && field$type %in% c("number", "integer")) {
    field$min <- as.double(min(seen))
    field$max <- as.double(max(seen))
  }
  if (length(seen)) field$example <- if (is.object(x)) format(seen[1L]) else unname(seen[1L])
  field
}

frame_fields <- function(frame, strict = FALSE) {
  lapply(names(frame), function(name) column_field(name, frame[[name]], strict))
}

# Fields of a terms object. frame: the model frame if it was kept; xlevels: levels of factors and strings
terms_fields <- function(terms, frame = NULL, xlevels = NULL, more = NULL) {
  terms <- tryCatch(stats::delete.response(terms), error = function(e) terms)
  classes <- attr(terms, "dataClasses")
  names <- unique(c(all.vars(terms), all.vars(more)))
  # Constants such as `pi` are not columns.
  constant <- vapply(names, function(name) {
    !name %in% names(classes) && exists(name, baseenv(), inherits = FALSE) && !is.function(get(name, baseenv()))
  }, NA)
  variables <- as.list(attr(terms, "variables"))[-1L]
  lapply(names[!constant], function(name) {
    field <- if (name %in% names(frame)) column_field(name, frame[[name]])
      else if (name %in% names(classes)) class_field(name, classes[[name]])
      else inner_field(name, variables, xlevels)
    levels <- xlevels[[name]]
    if (is.character(levels) && field$type %in% c("factor", "string", "unknown")) {
      if (field$type == "unknown") field$type <- "factor"
      field$levels <- levels
      if (is.null(field$example) || !field$example %in% levels) field$example <- levels[1L]
    }
    field
  })
}

# A field by the class that model.frame() has noted.
class_field <- function(name, class) {
  type <- switch(class, numeric = "number", factor = , ordered = "factor", logical = "boolean", character = "string",
                 "unknown")
  c(list(name = name, type = type), if (class == "ordered") list(ordered = TRUE))
}

# A variable that is only used inside calls such as log(x): a number, except in factor(x) and strata(x), whose levels
# are known.
inner_field <- function(name, variables, xlevels) {
  for (variable in variables) {
    if (!is.call(variable) || !name %in% all.vars(variable)) next
    levels <- xlevels[[paste(deparse(variable, 500L, backtick = TRUE), collapse = " ")]]
    if (!is.character(levels)) next
    prefix <- paste0(name, "=")
    if (all(startsWith(levels, prefix))) levels <- substring(levels, nchar(prefix) + 1L)
    numbers <- suppressWarnings(as.numeric(levels))
    if (!anyNA(numbers)) return(list(name = name, type = "number", values = numbers, example = numbers[1L]))
    return(list(name = name, type = "string", levels = levels, example = levels[1L]))
  }
  list(name = name, type = "number")
}

# Fields from names alone: numbers, unless `levels` names them as factors.
number_fields <- function(names, levels = NULL) {
  lapply(names, function(name) {
    known <- levels[[name]]
    if (is.character(known)) list(name = name, type = "factor", levels = known, example = known[1L])
    else list(name = name, type = "number")
  })
}

# An example row, to try the model and to show: values of the training data, or any value of the type.
example_frame <- function(fields) {
  columns <- lapply(fields, function(field) {
    value <- field$example
    switch(field$type,
      factor = factor(if (is.null(value)) field$levels[1L] else value, field$levels, ordered = isTRUE(field$ordered)),
      string = if (is.null(value)) "a" else as.character(value),
      boolean = if (is.null(value)) TRUE else as.logical(value),
      integer = if (is.null(value)) 1L else as.integer(value),
      date = as.Date(if (is.null(value)) "2020-01-01" else value),
      datetime = as.POSIXct(if (is.null(value)) "2020-01-01" else value, tz = "UTC"),
      if (is.null(value)) 1 else as.double(value)
    )
  })
  names(columns) <- vapply(fields, function(field) field$name, "")
  structure(columns, class = "data.frame", row.names = c(NA_integer_, -1L))
}

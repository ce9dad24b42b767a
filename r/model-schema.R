# The input of a model: names and types, read from the object.
#
# A field is list(name, type, levels, ordered, columns, logical, min, max, example). Type "unknown" means that the
# configuration must give the type; `likely` is then the one to suggest. columns: of a matrix; logical: whether TRUE and
# FALSE are numbers too. min and max are those of the training data, if the object has kept them.

# A column of training data, or of a prototype without rows.
# strict: an integer column takes whole numbers only, as with hardhat; otherwise it takes any number
column_field <- function(name, x, strict = FALSE) {
  field <- list(name = name, type = "unknown")
  if (is.matrix(x) && is.numeric(x)) return(matrix_field(name, ncol(x), if (nrow(x)) unname(x[1L, ])))
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

matrix_field <- function(name, columns, example = NULL) {
  if (is.null(example) || anyNA(example)) example <- rep(1, columns)
  list(name = name, type = "number", columns = columns, example = as.list(example))
}

frame_fields <- function(frame, strict = FALSE) {
  lapply(names(frame), function(name) column_field(name, frame[[name]], strict))
}

# Fields of a terms object.
# frame: the model frame if it was kept; data: the training data if it was
# xlevels: levels of factors and strings; more: an expression with further variables
terms_fields <- function(terms, frame = NULL, xlevels = NULL, more = NULL, data = NULL) {
  terms <- tryCatch(stats::delete.response(terms), error = function(e) terms)
  classes <- attr(terms, "dataClasses")
  variables <- as.list(attr(terms, "variables"))[-1L]
  if (!is.null(more)) variables <- c(variables, call("offset", more))
  if (!is.null(more)) classes[[deparsed(call("offset", more))]] <- "numeric"
  # predict() evaluates `predvars`, where the values of knots and the like have replaced their names.
  used <- attr(terms, "predvars")
  names <- unique(c(all.vars(if (is.null(used)) terms else used), all.vars(more)))
  fields <- lapply(names, function(name) {
    field <- if (name %in% names(frame)) column_field(name, frame[[name]])
      else if (name %in% names(data)) data_field(name, data[[name]], variables, classes, xlevels)
      else if (name %in% names(classes)) class_field(name, classes[[name]])
      else if (exists(name, baseenv(), inherits = FALSE) && !is.function(get(name, baseenv()))) NULL
      else inner_field(name, variables, classes, xlevels)
    if (is.null(field)) return(NULL)
    unclear <- field$type == "unknown" && !name %in% names(classes)
    if (unclear && is_constant(name, attr(terms, ".Environment"), NROW(frame))) return(NULL)
    with_levels(field, xlevels[[name]], itself = name %in% names(classes))
  })
  fields[!vapply(fields, is.null, NA)]
}

# Adds the levels that the model has kept. Without these, R's methods make them from the rows of each request.
# itself: whether the field is a variable of the model, not only used inside of calls
with_levels <- function(field, levels, itself = TRUE) {
  if (is.character(levels) && field$type %in% c("factor", "string", "unknown")) {
    if (field$type == "unknown") field$type <- "factor"
    field$levels <- levels
    if (is.null(field$example) || !field$example %in% levels) field$example <- levels[1L]
  } else if (itself && field$type == "string" && is.null(field$levels)) {
    field$type <- "unknown"
    field$likely <- "string"
  }
  field
}

# A field of the training data. If it is used inside of calls, their levels say which values it may have.
data_field <- function(name, x, variables, classes, xlevels) {
  field <- column_field(name, x)
  if (name %in% names(classes)) return(field)
  told <- inner_field(name, variables, classes, xlevels)
  if (field$type == "number" && told$type %in% c("number", "integer")) {
    field[c("type", "values")] <- told[c("type", "values")]
  }
  if (field$type == "string") field$levels <- told$levels
  field
}

# A field by the class that model.frame() has noted.
class_field <- function(name, class) {
  if (startsWith(class, "nmatrix.")) return(matrix_field(name, as.integer(sub("nmatrix.", "", class, fixed = TRUE))))
  type <- switch(class, numeric = "number", factor = , ordered = "factor", logical = "boolean", character = "string")
  if (is.null(type)) return(list(name = name, type = "unknown", likely = "date"))
  c(list(name = name, type = type), if (class == "ordered") list(ordered = TRUE))
}

# Fields from names alone: numbers, unless `levels` names them as factors.
# logical: whether R converts logicals to numbers
number_fields <- function(names, levels = NULL, logical = FALSE) {
  lapply(names, function(name) {
    known <- levels[[name]]
    if (is.character(known)) list(name = name, type = "factor", levels = known, example = known[1L])
    else c(list(name = name, type = "number"), if (logical) list(logical = TRUE))
  })
}

# A forest keeps the codes of factors and strings like numbers: 1, 2 and so on. Only a split between other numbers shows
# that a field is none of these.
# splits: where the field is split: between two values of the training data, in the middle unless drawn at random
forest_field <- function(field, splits, drawn = FALSE) {
  codes <- splits >= 1 & (drawn | (2 * splits) %% 1 == 0)
  if (field$type != "number" || !all(codes)) return(field)
  list(name = field$name, type = "unknown", likely = "number")
}

# An example row, to try the model and to show: values of the training data, or any value of the type.
example_frame <- function(fields) {
  columns <- lapply(fields, function(field) {
    value <- field$example
    switch(field$type,
      factor = factor(if (is.null(value)) field$levels[1L] else value, field$levels, ordered = isTRUE(field$ordered)),
      string = if (is.null(value)) "a" else as.character(value),
      boolean = if (is.null(value)) TRUE else as.logical(value),
      number = if (!is.null(field$columns)) matrix(unlist(value), 1L) else if (is.null(value)) 1 else as.double(value),
      integer = if (is.null(value)) 1L else as.integer(value),
      date = as.Date(if (is.null(value)) "2020-01-01" else value),
      datetime = as.POSIXct(if (is.null(value)) "2020-01-01" else value, tz = "UTC"),
      if (is.null(value)) 1 else as.double(value)
    )
  })
  names(columns) <- vapply(fields, function(field) field$name, "")
  structure(columns, class = "data.frame", row.names = c(NA_integer_, -1L))
}

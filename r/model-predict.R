# One call of predict() for a data frame, and its result as columns.

predict_engine <- function(store) engine(store, run_prediction, fail_prediction)

run_prediction <- function(store, call) {
  names(call) <- predict_parts
  served <- store$find(call$model)
  if (inherits(served, "error")) stop(served)
  list(predict_columns(served, call$data, call$options))
}

fail_prediction <- function(store, e) list(NULL, conditionMessage(e))

# loaded: a model as load_served() gives it
# options: type, interval, level and a list of more arguments, each NULL if the client has not given it
predict_columns <- function(loaded, data, options) {
  rows <- .row_names_info(data, 2L)
  interval <- options$interval
  if (!is.null(interval) && inherits(loaded$model, "glm")) {
    return(link_interval(loaded, data, options, rows))
  }
  more <- c(options$more, if (!is.null(interval)) list(interval = interval, level = options$level))
  as_columns(call_predict(loaded, data, options$type, more), rows)
}

# The call names the values of its arguments and does not contain them: methods look at their own call, and some
# evaluate parts of it again.
call_predict <- function(loaded, data, type = NULL, more = NULL) {
  kind <- loaded$kind
  if (!is.null(kind$call)) return(kind$call(loaded$model, data))
  frame <- list2env(list(model = loaded$model, data = data), parent = globalenv())
  rows <- .row_names_info(data, 2L)
  if (!is.null(kind$data)) frame$data <- kind$data(data)
  call <- list(quote(predict), quote(model))
  call[[kind$argument]] <- quote(data)
  if (!is.null(type)) {
    known <- loaded$types
    frame$type <- if (type %in% names(known)) known[[type]] else type
    call$type <- quote(type)
  }
  arguments <- loaded$args
  arguments[names(more)] <- more
  result <- eval(as.call(c(call, arguments)), frame)
  if (is.null(kind$finish)) result else kind$finish(result, loaded$model, rows)
}

# predict.glm() and predict.gam() only give standard errors. The interval is that of the link, converted to the scale of
# the response if the client has asked for it.
link_interval <- function(loaded, data, options, rows) {
  model <- loaded$model
  fit <- call_predict(loaded, data, "link", list(se.fit = TRUE))
  known <- stats::family(model)$family
  tail <- (1 - options$level) / 2
  fixed <- known %in% c("binomial", "poisson")
  width <- if (fixed) stats::qnorm(1 - tail) else stats::qt(1 - tail, stats::df.residual(model))
  value <- as.vector(fit$fit)
  error <- as.vector(fit$se.fit)
  columns <- list(value, value - width * error, value + width * error)
  if (identical(options$type, "response")) {
    columns <- lapply(columns, stats::family(model)$linkinv)
    # A link such as the inverse reverses the order.
    columns[2:3] <- list(pmin(columns[[2L]], columns[[3L]]), pmax(columns[[2L]], columns[[3L]]))
  }
  names(columns) <- interval_names
  as_columns(structure(columns, class = "data.frame", row.names = c(NA_integer_, -rows)), rows)
}

interval_names <- c(".pred", ".pred_lower", ".pred_upper")

# A named list of vectors, one element per row: `.pred` for one vector, `.pred_<name>` for the columns of a matrix or
# the parts of a list, `.pred_<part>_<name>` for a matrix in a list.
as_columns <- function(result, rows) {
  # For one row, some methods return a vector where they return a matrix for several.
  if (rows == 1L && is.atomic(result) && is.null(dim(result)) && length(result) > 1L) {
    result <- matrix(result, 1L, dimnames = list(NULL, names(result)))
  }
  columns <- if (is.list(result)) part_columns(result) else array_columns(result, ".pred")
  columns <- lapply(columns, plain_column)
  lengths <- lengths(columns)
  if (length(columns) == 0L) stop("predict() gave nothing", call. = FALSE)
  if (any(lengths != rows)) {
    stop("predict() gave ", lengths[lengths != rows][1L], " values for ", rows, " rows", call. = FALSE)
  }
  columns
}

array_columns <- function(x, name) {
  dim <- dim(x)
  if (length(dim) < 2L) {
    columns <- list(x)
    names(columns) <- name
    return(columns)
  }
  # glmnet has a third dimension, often of one element.
  if (length(dim) > 3L) stop("predict() gave an array of ", length(dim), " dimensions", call. = FALSE)
  if (length(dim) == 3L) {
    parts <- if (dim[3L] > 1L) axis_names(x, 3L)
    columns <- lapply(seq_len(dim[3L]), function(i) {
      layer <- x[, , i]
      dim(layer) <- dim[1:2]
      dimnames(layer) <- dimnames(x)[1:2]
      layer_columns <- array_columns(layer, name)
      if (!is.null(parts)) names(layer_columns) <- paste0(names(layer_columns), "_", parts[i])
      layer_columns
    })
    return(do.call(c, columns))
  }
  columns <- lapply(seq_len(dim[2L]), function(i) as.vector(x[, i]))
  names(columns) <- if (name == ".pred" && identical(colnames(x), c("fit", "lwr", "upr"))) interval_names
    else if (dim[2L] == 1L && is.null(colnames(x))) name
    else paste0(name, "_", axis_names(x, 2L))
  columns
}

axis_names <- function(x, axis) {
  names <- dimnames(x)[[axis]]
  if (is.null(names)) seq_len(dim(x)[axis]) else names
}

part_columns <- function(x) {
  if (is.null(names(x)) || any(names(x) == "")) stop("predict() gave a list without names", call. = FALSE)
  columns <- list()
  for (name in names(x)) {
    part <- x[[name]]
    if (is.null(part)) next
    if (is.list(part) && !is.object(part)) stop("predict() gave a list within a list: ", name, call. = FALSE)
    # In a data frame the names of a matrix are enough.
    prefix <- if (startsWith(name, ".pred")) name
      else if (is.data.frame(x) && length(dim(part)) == 2L) ".pred"
      else paste0(".pred_", name)
    columns <- c(columns, if (is.data.frame(part)) part_columns(part) else array_columns(part, prefix))
  }
  columns
}

# Numbers, logicals, strings and factors stay as they are. Dates and times become text.
plain_column <- function(x) {
  if (is.factor(x)) {
    return(structure(as.integer(x), levels = levels(x), class = "factor"))
  }
  if (inherits(x, c("Date", "POSIXt"))) return(format(x))
  if (!is.numeric(x) && !is.logical(x) && !is.character(x)) {
    stop("predict() gave values of type ", typeof(x), ", which are not served", call. = FALSE)
  }
  as.vector(unclass(x))
}

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
# options: list(type, interval, level), each NULL if the client has not given it
predict_columns <- function(loaded, data, options) {
  rows <- .row_names_info(data, 2L)
  interval <- options$interval
  if (!is.null(interval) && inherits(loaded$model, "glm")) {
    return(link_interval(loaded, data, options, rows))
  }
  result <- call_predict(loaded, data, options$type, if (!is.null(interval)) {
    list(interval = interval, level = options$level)
  })
  as_columns(result, rows)
}

# The call names the values of its arguments and does not contain them: methods look at their own call, and some
# evaluate parts of it again.
call_predict <- function(loaded, data, type = NULL, more = NULL) {
  kind <- loaded$kind
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
  result <- eval(as.call(c(call, kind$args, more)), frame)
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

# A named list of vectors, one element per row: `.pred` for one vector, `.pred_<name>` for the columns of a matrix.
as_columns <- function(result, rows) {
  if (is.list(result) && !is.data.frame(result)) {
    stop("predict() gave a list, which is not served as a table", call. = FALSE)
  }
  columns <- if (is.data.frame(result)) table_columns(result)
    else if (length(dim(result)) == 2L) matrix_columns(result)
    # For one row, some methods return a vector where they return a matrix for several.
    else if (rows == 1L && length(result) > 1L) matrix_columns(matrix(result, 1L, dimnames = list(NULL, names(result))))
    else if (length(dim(result)) > 2L) stop("predict() gave an array of ", length(dim(result)), " dimensions")
    else list(.pred = result)
  columns <- lapply(columns, plain_column)
  lengths <- lengths(columns)
  if (any(lengths != rows)) {
    stop("predict() gave ", lengths[lengths != rows][1L], " values for ", rows, " rows", call. = FALSE)
  }
  columns
}

matrix_columns <- function(x) {
  names <- colnames(x)
  columns <- lapply(seq_len(ncol(x)), function(i) as.vector(x[, i]))
  names(columns) <- if (identical(names, c("fit", "lwr", "upr"))) interval_names
    else if (!is.null(names)) paste0(".pred_", names)
    else if (ncol(x) == 1L) ".pred"
    else paste0(".pred_", seq_len(ncol(x)))
  columns
}

table_columns <- function(x) {
  columns <- list()
  for (name in names(x)) {
    column <- x[[name]]
    prefixed <- if (startsWith(name, ".pred")) name else paste0(".pred_", name)
    if (length(dim(column)) == 2L) columns <- c(columns, matrix_columns(column)) else columns[[prefixed]] <- column
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

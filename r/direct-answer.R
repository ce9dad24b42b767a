# What becomes of a handler's value in the direct lane: left to the gateway to be printed, or printed here after all.

# A value for the gateway to print: its serializer, and the status and headers if the app has set any. NULL when
# these are not what HTTP expects: R's way of answering then says what is wrong.
value_answer <- function(index, value, res) {
  if (is.null(res)) return(list(index, value))
  status <- res$status
  headers <- res$headers
  if (identical(status, 200L) && length(headers) == 0L) return(list(index, value))
  if (!is.numeric(status) || length(status) != 1L || !is.null(res$body)) return(NULL)
  values <- character(length(headers))
  for (i in seq_along(headers)) {
    text <- headers[[i]]
    if (length(text) != 1L) return(NULL)
    values[[i]] <- if (is.character(text) && !is.object(text)) text else paste(text)
  }
  list(index, value, as.integer(status), if (length(values)) names(headers) else character(), values)
}

# Classes that the gateway prints as jsonlite does; the rest, and what has no JSON form, is left to jsonlite itself.
printable_classes <- list("data.frame", "factor", c("ordered", "factor"), "Date", c("POSIXct", "POSIXt"), "AsIs",
                          c("tbl_df", "tbl", "data.frame"), c("scalar", "character"), "noquote")

left_to_gateway <- function(value) {
  if (is.object(value)) {
    class <- oldClass(value)
    for (known in printable_classes) if (identical(class, known)) return(TRUE)
    return(FALSE)
  }
  typeof(value) %in% c("list", "character", "double", "integer", "logical", "NULL")
}

# Values that the gateway could not print after all come back, with what it was told of them.
print_engine <- function(router, plan) {
  plumber <- asNamespace("plumber")
  private <- router$.__enclos_env__$private
  engine(function(call) {
    serializer <- plan$serializers$get(call[[1L]])
    res <- plumber$PlumberResponse$new(serializer)
    if (length(call) > 2L) {
      res$status <- call[[3L]]
      res$headers <- as.list(stats::setNames(call[[5L]], call[[4L]]))
    }
    req <- rook_request(list(), NULL)
    req$pr <- router
    http_response(serializer(call[[2L]], req, res, private$errorHandler))
  })
}

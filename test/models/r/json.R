# What the tests write for predictions: input and output as JSON, and the columns of a result as Penstock names them.

# JSON of base R alone, so that nothing is rounded on the way.
quoted <- function(x) {
  x <- gsub("\\", "\\\\", enc2utf8(as.character(x)), fixed = TRUE)
  paste0("\"", gsub("\"", "\\\"", x, fixed = TRUE), "\"")
}
json_values <- function(x) {
  if (is.matrix(x)) return(json_array(apply(x, 1L, json_values)))
  text <- if (is.factor(x) || is.character(x)) {
    quoted(x)
  } else if (inherits(x, "Date")) {
    quoted(format(x))
  } else if (is.logical(x)) {
    tolower(x)
  } else {
    ifelse(is.finite(x), sprintf("%.17g", x), paste0("\"", x, "\""))
  }
  text[is.na(x)] <- "null"
  json_array(text)
}
json_array <- function(texts) paste0("[", paste(texts, collapse = ","), "]")
json_object <- function(values) paste0("{", paste0(quoted(names(values)), ":", values, collapse = ","), "}")
json_columns <- function(x) json_object(vapply(x, json_values, ""))

# What predict() gave, under the names that Penstock has for it.
named <- function(x, name = ".pred") {
  if (is.list(x)) {
    return(do.call(c, lapply(names(x), function(part) named(x[[part]], paste0(name, "_", part)))))
  }
  if (length(dim(x)) < 2L) return(stats::setNames(list(if (is.factor(x)) x else as.vector(x)), name))
  columns <- lapply(seq_len(ncol(x)), function(i) as.vector(x[, i]))
  names(columns) <- if (!is.null(colnames(x))) paste0(name, "_", colnames(x))
    else if (ncol(x) == 1L) name
    else paste0(name, "_", seq_len(ncol(x)))
  columns
}
bounds <- function(x) {
  columns <- named(x)
  names(columns) <- c(".pred", ".pred_lower", ".pred_upper")
  columns
}

question <- function(query, input, expected) list(query = query, input = input, expected = expected)

write_questions <- function(questions, file) {
  texts <- vapply(questions, function(one) {
    json_object(c(query = quoted(one$query), input = json_columns(one$input), expected = json_columns(one$expected)))
  }, "")
  write_text(paste0("[", paste(texts, collapse = ",\n"), "]"), file)
}

write_text <- function(text, file) {
  con <- file(file, "wb")
  on.exit(close(con))
  writeLines(enc2utf8(text), con, useBytes = TRUE)
}

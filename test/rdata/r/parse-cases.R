# Compares values that Node read from JSON with jsonlite's: Rscript parse-cases.R FILE REPORT
#
# FILE has per case the JSON text (length, bytes) and the value in R's format (length, bytes; -1: not covered).
# REPORT gets one line per difference, and a last line with the counts.
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(jsonlite))
input <- file(arguments[1L], "rb")
report <- file(arguments[2L], "w")

read_int <- function() readBin(input, "integer", 1L)
read_bytes <- function(n) readBin(input, "raw", n)

same <- 0L
refused <- 0L
not_covered <- 0L
index <- 0L
repeat {
  size <- read_int()
  if (!length(size)) break
  text <- rawToChar(read_bytes(size))
  Encoding(text) <- "UTF-8"
  size <- read_int()
  expected <- tryCatch(list(suppressWarnings(parse_json(text, simplifyVector = TRUE))), error = function(e) NULL)
  if (size < 0L) {
    if (is.null(expected)) refused <- refused + 1L else not_covered <- not_covered + 1L
  } else {
    bytes <- read_bytes(size)
    value <- unserialize(bytes)
    if (is.null(expected)) {
      cat(index, "R refuses this\n", file = report)
    } else if (!identical(value, expected[[1L]])) {
      cat(index, "not identical\n", file = report)
    } else if (!identical(serialize(value, NULL, version = 2), serialize(expected[[1L]], NULL, version = 2)) &&
        !grepl("NaN|date", text)) {
      cat(index, "identical, but not to the byte\n", file = report)
    } else {
      same <- same + 1L
    }
  }
  index <- index + 1L
}
cat("done", same, refused, not_covered, "\n", file = report)
close(report)

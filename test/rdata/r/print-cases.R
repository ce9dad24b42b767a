# Writes random values and what jsonlite makes of them: Rscript print-cases.R FILE SEED COUNT
#
# One record per value: its length and bytes, the number of option sets, and for each its index and the JSON
# (length -1: jsonlite refused).
arguments <- commandArgs(trailingOnly = TRUE)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1L]))
suppressPackageStartupMessages(library(jsonlite))
source(file.path(here, "random-values.R"))
source(file.path(here, "print-options.R"))
set.seed(as.integer(arguments[2L]))
count <- as.integer(arguments[3L])

bytes_of <- function(value, options) {
  tryCatch(
    suppressMessages(suppressWarnings(charToRaw(do.call(toJSON, c(list(quote(value)), options))))),
    error = function(e) NULL
  )
}

out <- file(arguments[1L], "wb")
for (i in seq_len(count)) {
  value <- random_value(sample(0:4, 1L))
  bytes <- serialize(value, NULL, xdr = FALSE, version = 2L + i %% 2L)
  chosen <- unique(c(1L + i %% 2L, if (chance(0.4)) sample.int(length(print_option_sets), 1L)))
  writeBin(c(length(bytes)), out)
  writeBin(bytes, out)
  writeBin(length(chosen), out)
  for (index in chosen) {
    json <- bytes_of(value, print_option_sets[[index]])
    writeBin(c(index - 1L, if (is.null(json)) -1L else length(json)), out)
    if (length(json)) writeBin(json, out)
  }
}
close(out)

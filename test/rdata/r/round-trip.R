# Values of every type that R serializes, to and fro: Rscript round-trip.R write|check FILE SEED COUNT [REPORT]
#
# `write` makes the values and serializes each; Node reads and writes them again; `check` makes the same values
# once more and compares. One record per value and format: its length and bytes.
arguments <- commandArgs(trailingOnly = TRUE)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1L]))
suppressPackageStartupMessages(library(methods))
source(file.path(here, "random-values.R"))
set.seed(as.integer(arguments[3L]))
count <- as.integer(arguments[4L])

marked <- function(x, encoding) {
  Encoding(x) <- encoding
  x
}

environment_with_itself <- function() {
  e <- new.env()
  e$self <- e
  e$value <- 1:3
  attr(e, "note") <- "kept"
  e
}

compiled <- compiler::cmpfun(function(x, ...) {
  y <- x + 1
  for (i in 1:10) if (y > i) y <- y + i else break
  switch(as.character(y), a = list(...), b = quote(f(x, g(y))), function(z) z$a[[1]])
})

setClass("WithSlots", representation(x = "numeric", label = "character"))
setClass("OnNumbers", contains = "numeric", representation(unit = "character"))

special_values <- list(
  NULL, NA, NA_integer_, NA_real_, NaN, -Inf, -0, NA_character_, NA_complex_, raw(0), logical(0), list(),
  c(NA, NaN, 1), as.raw(0:255), complex(real = c(1, NA), imaginary = c(NaN, -0)), 5e-324, .Machine$double.xmax,
  c("ascii", "\u00e9", NA, "", "\U1F600"), marked("\xe9t\xe9", "latin1"), marked("\xff\xfe", "bytes"), "\xff\xfe native",
  factor(c("x", "y", NA)), factor(character()), ordered("a"), as.Date("2024-02-03"), as.POSIXct("2024-02-03", tz = "UTC"),
  as.POSIXlt("2024-02-03 04:05:06", tz = "UTC"), as.difftime(5, units = "mins"), numeric_version("1.2.3"),
  data.frame(), data.frame(a = 1:3, b = letters[1:3]), data.frame(a = 1, row.names = "r"), datasets::iris, datasets::mtcars,
  structure(list(1, "a"), names = c("a", NA), class = c("s3", "other"), extra = list(x = 1)),
  matrix(1:6, 2L, dimnames = list(NULL, letters[1:3])), array(1:24, 2:4), table(c(1, 1, 2)), stats::ts(1:5, start = 2000),
  quote(symbol), quote(`my var`), quote(f(x, y = 2, ...)), quote(f()), y ~ x + log(z), expression(a + b, c),
  pairlist(a = 1, 2, b = NULL), alist(a = , b = 2), function(a, ..., b = 3) NULL, compiled, sum, `if`, stats::lm,
  globalenv(), baseenv(), emptyenv(), asNamespace("stats"), asNamespace("base"), as.environment("package:stats"),
  environment_with_itself(), list(environment_with_itself(), environment_with_itself()),
  1:10, 10:1, -5:5, as.numeric(1:20), 1e15:(1e15 + 3), as.character(1:20), as.character(c(2L, NA)), as.character(c(1.5, NA, 1e5, 0.1 + 0.2, 123456, 1e-15, NaN)), sort(c(3, 1, 2)),
  c(a = 1, b = 2), list(a = 1, list(b = 2)), new("WithSlots", x = 1, label = "l"), new("OnNumbers", 1:3, unit = "m"),
  as.list(1:300), rep(letters, 50L), paste0("symbol", 1:5), strrep("long ", 5000L),
  lapply(1:70, function(i) structure(list(i), names = paste0("n", i), class = "c")),
  structure(1:3, names = c("a", "b", "c"), "non-syntactic attribute" = TRUE)
)

formats <- list(
  function(x) serialize(x, NULL, xdr = FALSE, version = 2L),
  function(x) serialize(x, NULL, xdr = FALSE, version = 3L),
  function(x) serialize(x, NULL, xdr = TRUE, version = 2L),
  function(x) serialize(x, NULL, xdr = TRUE, version = 3L),
  function(x) serialize(x, NULL, ascii = TRUE, version = 2L),
  function(x) serialize(x, NULL, ascii = TRUE, version = 3L),
  function(x) serialize(x, NULL, ascii = NA, version = 2L),
  function(x) serialize(x, NULL, ascii = NA, version = 3L)
)

each_case <- function(use) {
  for (value in special_values) for (format in formats) use(format(value))
  for (i in seq_len(count)) use(formats[[1L + i %% length(formats)]](random_value(sample(0:4, 1L))))
}

same <- function(a, b) {
  identical(a, b, ignore.environment = TRUE, ignore.bytecode = TRUE) ||
    identical(serialize(a, NULL, version = 2L), serialize(b, NULL, version = 2L))
}

options(warn = -1L)
if (arguments[1L] == "write") {
  out <- file(arguments[2L], "wb")
  each_case(function(bytes) {
    writeBin(length(bytes), out)
    writeBin(bytes, out)
  })
  close(out)
} else {
  input <- file(arguments[2L], "rb")
  report <- file(arguments[5L], "w")
  index <- 0L
  wrong <- 0L
  each_case(function(bytes) {
    index <<- index + 1L
    value <- unserialize(readBin(input, "raw", readBin(input, "integer", 1L)))
    expected <- unserialize(bytes)
    if (!same(value, expected)) {
      wrong <<- wrong + 1L
      cat(index, class(expected), typeof(expected), "\n", file = report)
    }
  })
  cat("done", index, wrong, "\n", file = report)
  close(report)
}

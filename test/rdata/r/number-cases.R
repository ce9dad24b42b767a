# Writes doubles and how R and jsonlite write them as text: Rscript number-cases.R FILE SEED COUNT
#
# The doubles (length and bytes), then per format its texts joined by newlines (length and bytes): jsonlite with the
# digits of `digits_sets`, and as.character() last.
arguments <- commandArgs(trailingOnly = TRUE)
set.seed(as.integer(arguments[2L]))
n <- as.integer(arguments[3L])

sign <- sample(c(-1, 1), n, replace = TRUE)
kinds <- list(
  stats::rnorm(n), stats::rnorm(n) * 10^sample(-300:300, n, replace = TRUE),
  stats::rnorm(n) * 10^sample(-8:18, n, replace = TRUE),
  round(stats::rnorm(n) * 1000, 3), sample.int(100000L, n, replace = TRUE) / 2^sample(1:20, n, replace = TRUE),
  (sample.int(2000001L, n, replace = TRUE) - 1L) / 1e5 + 5e-6, sample.int(1e9L, n, replace = TRUE) + 0.5,
  1e14 + sample.int(100000L, n, replace = TRUE) / 2, 10^sample(-30:30, n, replace = TRUE),
  sample.int(1000L, n, replace = TRUE) * 10^sample(-12:15, n, replace = TRUE),
  round(stats::runif(n, 0, 10), 1), 2147483647 + stats::rnorm(n), stats::runif(n, 0, 2e-5),
  sample.int(2^30, n, replace = TRUE) * 2^sample(1:40, n, replace = TRUE),
  # All but in the middle between two numbers of 15 digits, where R's powers of ten are exact and where they are not.
  as.numeric(sprintf("%.0f5e%d", floor(stats::runif(n, 1e14, 1e15)), sample(-30:30, n, replace = TRUE)))
)
x <- sign * do.call(cbind, kinds)[cbind(seq_len(n), sample.int(length(kinds), n, replace = TRUE))]

out <- file(arguments[1L], "wb")
write_block <- function(bytes) {
  writeBin(length(bytes), out)
  writeBin(bytes, out)
}
write_block(writeBin(x, raw()))
digits_sets <- list(NA, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, -2, I(1), I(3), I(15), I(17))
for (digits in digits_sets) {
  texts <- jsonlite:::num_to_char(x, digits, na_as_string = TRUE, use_signif = inherits(digits, "AsIs"))
  write_block(charToRaw(paste(texts, collapse = "\n")))
}
write_block(charToRaw(paste(as.character(x), collapse = "\n")))
close(out)

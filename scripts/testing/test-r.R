# Runs the R side's tests; the last line counts them.

results <- as.data.frame(testthat::test_dir("test/r", reporter = "check", stop_on_failure = FALSE))

failed <- results$failed > 0 | results$error
skipped <- !failed & results$skipped
counts <- c(sum(!failed & !skipped), sum(failed), sum(skipped))
cat(sprintf("\ntestthat: %d passed, %d failed, %d skipped\n", counts[1], counts[2], counts[3]))
if (any(failed)) quit(status = 1)

# Runs plumber's own tests with its router as workers run it; the last line counts them.
#
#   Rscript scripts/testing/plumber-suite.R FOLDER    the folder has testthat's files

folder <- commandArgs(TRUE)[1L]
worker <- new.env(parent = baseenv())
files <- c("protocol.R", "internals.R", "traceback.R", "promises.R", "request.R", "response.R", "plumber-app.R",
           "router-speed.R", "safe-json.R")
for (file in files) sys.source(file.path("r", file), envir = worker, keep.source = FALSE)
worker$guard_json()
worker$note_request_constants()
worker$speed_up_router()

library(plumber)
results <- as.data.frame(testthat::test_dir(
  folder, package = "plumber", load_package = "installed", reporter = "check", stop_on_failure = FALSE
))
failed <- results$failed > 0 | results$error
skipped <- !failed & results$skipped
counts <- c(sum(!failed & !skipped), sum(failed), sum(skipped))
cat(sprintf("\nplumber %s: %d expectations\n", packageVersion("plumber"), sum(results$nb)))
cat(sprintf("%d passed, %d failed, %d skipped\n", counts[1L], counts[2L], counts[3L]))
# Without the files nothing would fail.
if (any(failed) || counts[1L] < 200L) quit(status = 1)

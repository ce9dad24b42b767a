# Rscript bench/contenders/plumber.R APP/plumber.R PORT: runs plumber as in its documentation.

args <- commandArgs(TRUE)
router <- plumber::plumb(args[1])
plumber::pr_run(router, host = "127.0.0.1", port = as.integer(args[2]), docs = FALSE, quiet = TRUE)

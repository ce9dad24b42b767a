# Rscript bench/contenders/plumber.R APP/plumber.R PORT: plumber alone, as its documentation runs it.

args <- commandArgs(TRUE)
router <- plumber::plumb(args[1])
plumber::pr_run(router, host = "127.0.0.1", port = as.integer(args[2]), docs = FALSE, quiet = TRUE)

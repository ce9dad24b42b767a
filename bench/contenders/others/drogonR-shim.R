# Rscript bench/contenders/others/drogonR-shim.R APP FOLDER PORT: the plumber file under drogonR's own pr_run().

args <- commandArgs(TRUE)
router <- plumber::plumb(file.path(args[2], "plumber.R"))
drogonR::pr_run(router, host = "127.0.0.1", port = as.integer(args[3]))

# Rscript bench/contenders/others/plumber2.R FILE PORT: an annotated file under plumber2 itself.

args <- commandArgs(TRUE)
plumber2::api_run(plumber2::api(args[1], port = as.integer(args[2])), showcase = FALSE)

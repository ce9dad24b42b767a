# Entry point of an R worker: connects to the gateway, loads the app, then runs what the gateway sends.
#
# Started as `Rscript worker.R` in the app's folder, so that the project's own .Rprofile (and with it renv) applies. The
# environment names the gateway's port and a one-time token. The worker needs base R, plus plumber for plumber apps and
# a saved model's own packages.
local({
  folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1L]))
  start <- new.env(parent = baseenv())
  for (file in c("compiled.R", "sources.R")) sys.source(file.path(folder, file), envir = start, keep.source = FALSE)
  settings <- Sys.getenv(c("PENSTOCK_WORKER_COMPILED", "PENSTOCK_WORKER_PRELOADS"), names = FALSE)
  start$worker_functions(folder, settings[[1L]], keeps = nzchar(settings[[2L]]))$main()
})

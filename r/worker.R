# Entry point of an R worker: connect to the gateway, load the app, then run what it sends.
#
# Started as `Rscript worker.R` with the app's folder as working directory, so that the project's own .Rprofile
# (and with it renv) applies. The environment names the gateway's port and a one-time token. Base R only, plus
# plumber when the app is a plumber app, and a saved model's own packages; everything lives in an environment of its
# own, so that nothing the app does to the global environment can reach it.
local({
  worker <- new.env(parent = baseenv())
  folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1L]))
  # Gives the names of what is in the files.
  read <- function(...) {
    before <- ls(worker)
    for (file in c(...)) sys.source(file.path(folder, file), envir = worker, keep.source = FALSE)
    setdiff(ls(worker), before)
  }
  read("location.R", "manifest.R", "hazards.R", "read-files.R", "serializers.R", "annotations.R", "policy-tags.R",
       "request-reads.R", "direct-plan.R", "plumber-app.R", "router-speed.R", "safe-json.R", "api-spec.R",
       "model-file.R", "model-schema.R", "model-kinds.R", "model-app.R", "fork-safety.R", "onworker.R",
       "traceback.R", "fork.R", "preload.R", "main.R")
  loop <- read("internals.R", "frames.R", "loop.R")
  worker$for_requests <- c(loop, read("request.R", "response.R", "direct-request.R", "direct-answer.R",
                                      "direct-batch.R", "direct-steps.R", "direct-run.R"))
  worker$for_predictions <- c(loop, read("model-predict.R"))
  worker$worth_compiling(worker, unique(c(worker$for_requests, worker$for_predictions)))
  worker$main()
})

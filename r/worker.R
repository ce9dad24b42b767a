# Entry point of an R worker: connects to the gateway, loads the app, then runs what the gateway sends.
#
# Started as `Rscript worker.R` in the app's folder, so that the project's own .Rprofile (and with it renv) applies. The
# environment names the gateway's port and a one-time token. The worker needs base R, plus plumber for plumber apps and
# a saved model's own packages. Its functions are in an environment of their own, out of reach of the app's changes to
# the global environment.
local({
  worker <- new.env(parent = baseenv())
  folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1L]))
  # Returns the names of what the files define.
  read <- function(...) {
    before <- ls(worker)
    for (file in c(...)) sys.source(file.path(folder, file), envir = worker, keep.source = FALSE)
    setdiff(ls(worker), before)
  }
  read("location.R", "source-text.R", "manifest.R", "hazards.R", "read-files.R", "serializers.R", "stream-formats.R",
       "annotations.R", "policy-tags.R", "direct/plan.R", "plumber-app.R", "httpuv-app.R", "websockets.R",
       "router-speed.R", "safe-json.R", "time-limits.R", "repairs.R", "api-spec.R", "model-file.R", "model-schema.R",
       "model-variables.R", "model-kinds.R", "model-app.R", "fork-safety.R", "onworker.R", "warmup.R", "traceback.R",
       "compiled.R", "own-connections.R", "body-files.R", "fork.R", "preload.R", "main.R")
  loop <- read("protocol.R", "internals.R", "frames.R", "promises.R", "streams.R", "process-state.R", "callbacks.R",
               "loop.R")
  direct <- paste0("direct/", c("plan-check.R", "lane.R", "request.R", "hooks.R", "routing.R", "steps.R", "answer.R",
                                 "batch.R"))
  worker$for_requests <- c(loop, read("request.R", "response.R", "plumber-lane.R", direct))
  worker$for_predictions <- c(loop, read("model-predict.R"))
  worker$inline_calls(worker, unique(c(worker$for_requests, worker$for_predictions)))
  worker$worth_compiling(worker, unique(c(worker$for_requests, worker$for_predictions)))
  worker$main()
})

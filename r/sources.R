# The functions of a worker, in an environment of their own, out of reach of the app's changes to the global
# environment.

# Returns that environment, as an earlier process has kept it (see compiled.R) or read from the sources. keeps: whether
# to compile what runs often, which takes a second, and to keep all of it for the next process
worker_functions <- function(folder, file, keeps) {
  kept <- read_kept(file, "worker")
  if (is.environment(kept)) return(kept)
  # To compile what runs once takes longer than to run it.
  jit <- compiler::enableJIT(0L)
  on.exit(compiler::enableJIT(jit))
  sources <- read_sources(folder)
  worker <- sources$worker
  if (!keeps) return(worker)
  for (name in sources$run_often) {
    value <- worker[[name]]
    if (typeof(value) == "closure") worker[[name]] <- compiler::cmpfun(value, list(suppressAll = TRUE))
  }
  write_kept(worker, file, "worker")
  worker
}

# Returns the environment and the names of the functions that run often.
read_sources <- function(folder) {
  worker <- new.env(parent = baseenv())
  # Returns the names of what the files define.
  read <- function(...) {
    before <- ls(worker)
    for (file in c(...)) sys.source(file.path(folder, file), envir = worker, keep.source = FALSE)
    setdiff(ls(worker), before)
  }
  read("location.R", "source-text.R", "manifest.R", "hazards.R", "serializers.R", "stream-formats.R", "annotations.R",
       "policy-tags.R", "direct/plan.R", "plumber-app.R", "httpuv-app.R", "websockets.R", "router-speed.R",
       "safe-json.R", "time-limits.R", "repairs.R", "api-spec.R", "model-file.R", "model-schema.R", "model-variables.R",
       "model-kinds.R", "model-app.R", "fork-safety.R", "onworker.R", "warmup.R", "traceback.R", "compiled.R",
       "own-connections.R", "body-files.R", "fork.R", "preload.R", "main.R")
  for_loading <- read("read-files.R")
  direct <- paste0("direct/", c("plan-check.R", "lane.R", "request.R", "hooks.R", "routing.R", "steps.R", "answer.R",
                                 "batch.R"))
  for_requests <- read("protocol.R", "internals.R", "frames.R", "promises.R", "streams.R", "process-state.R",
                       "callbacks.R", "loop.R", "request.R", "response.R", "plumber-lane.R", direct, "model-predict.R")
  worker$inline_calls(worker, for_requests)
  worker$worth_compiling(worker, for_requests)
  list(worker = worker, run_often = c(for_loading, for_requests))
}

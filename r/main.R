# What a worker does from its start to its end: connect, load the app, serve.

# What the gateway has put into the environment. It is removed, so that the app and its children don't see it. A spare
# worker gets the same later, over stdin.
worker_settings <- function() {
  names <- c("port", "token", "entry", "directory", "file", "host", "public_port", "packages", "preloads", "documents",
             "compiled", "develops", "repairs", "spare")
  variables <- paste0("PENSTOCK_WORKER_", toupper(names))
  values <- Sys.getenv(variables)
  Sys.unsetenv(variables)
  if (nzchar(values[[length(names)]])) values <- await_settings()
  values <- stats::setNames(as.list(values), names[seq_along(values)])
  list(
    port = as.integer(values$port),
    token = values$token,
    app = values[c("entry", "directory", "file")],
    host = values$host,
    public_port = as.integer(values$public_port),
    packages = strsplit(values$packages, " ", fixed = TRUE)[[1L]],
    preloads = nzchar(values$preloads),
    documents = nzchar(values$documents),
    compiled = values$compiled,
    develops = nzchar(values$develops),
    repairs = strsplit(values$repairs, " ", fixed = TRUE)[[1L]]
  )
}

# Does what needs no app first.
await_settings <- function() {
  tryCatch(loadNamespace("plumber"), error = function(e) NULL) # reported later, if plumber is needed
  input <- file("stdin", "rb")
  on.exit(close(input))
  tryCatch(unserialize(input), error = function(e) quit(save = "no", runLast = FALSE)) # the gateway has ended
}

main <- function() {
  ended <- function() end_with(NULL)
  withRestarts(
    withCallingHandlers(load_and_serve(worker_settings()), interrupt = leave_interrupted),
    penstock_interrupt = ended,
    abort = ended
  )
  quit(save = "no", status = 0L)
}

load_and_serve <- function(settings) {
  # R was started in the app's project, which may be a folder above.
  setwd(settings$app$directory)
  # So that errors in files that the app sources have a place, as in a session of R.
  if (settings$develops) options(keep.source = TRUE)
  hide_own_connections()
  con <- connect_worker(settings$port, settings$token)
  step <- function(name) write_frame(con, frame_types$step, 0L, name)

  # R would otherwise keep warnings until the top-level call ends, which is when the worker ends.
  if (identical(getOption("warn"), 0L)) options(warn = 1)

  # To compile what runs once takes longer than to run it, and leaves tens of megabytes behind.
  jit <- compiler::enableJIT(0L)
  models <- settings$app$entry %in% c("model", "models")
  plumber <- settings$app$entry %in% c("file", "directory")
  compiled <- compiled_functions(settings$compiled, settings$preloads, environment(main))
  before <- NULL
  calls <- NULL
  files_read <- function(missing) character()
  # R's top level would end a forked worker like the process that it was forked from.
  serving <- FALSE
  start <- function(hooks) {
    begin <- if (settings$preloads) fork_start(con, settings, before) else own_start(con, settings)
    worker_con <- begin(hooks)
    serving <<- TRUE
    worker_con
  }
  serve <- tryCatch(
    withCallingHandlers({
      if (!models) {
        step("packages")
        loadNamespace(if (plumber) "plumber" else "httpuv")
      }
      if (settings$preloads) before <- process_resources()
      if (plumber) speed_up_router(compiled$prepare)
      compiled$save()
      compiler::enableJIT(jit)
      if (models) {
        model_app(settings, step)
      } else {
        step("app")
        files_read <- note_read_files()
        (if (plumber) plumber_app else httpuv_app)(settings, step, start, files_read)
      }
    }, error = function(e) if (!serving) calls <<- sys.calls()),
    error = function(e) {
      if (serving) end_with(e)
      report_load_failure(con, e, calls, settings$app, files_read(missing = TRUE))
      quit(save = "no", status = 3L, runLast = FALSE)
    },
    app_stopped = function(e) function(start) NULL
  )
  tryCatch(serve(start), error = end_with)
}

# Ends the process because of what nothing else has handled: an error, an interrupt or a jump to the top level.
end_with <- function(e) {
  if (inherits(e, "error")) message("Error: ", conditionMessage(e))
  quit(save = "no", status = 1L, runLast = FALSE)
}

# Loads a plumber app, as model_app() loads models. Returns function(start) that serves until the gateway sends `stop`:
# start(hooks) makes the process a worker and returns its connection, see preload.R. If the app runs its router while it
# is loaded, it is served within that call. files_read: see note_read_files()
plumber_app <- function(settings, step, start, files_read) {
  guard_json()
  wake_for_time_limits()
  note_request_constants()
  repair_plumber(settings$repairs)
  register_stream_serializers()
  # Ends loading. Returns function(start, app) that serves the router.
  prepare <- function(router) {
    files <- files_read()
    jit <- compiler::enableJIT(0L)
    check_tags(router)
    repair_endpoints(router, settings$repairs)
    hooks <- onworker_hooks(router)
    warmups <- warmup_requests(router)
    step("serve")
    function(start, app) {
      plan <- direct_plan(app)
      manifest <- app_manifest(app, settings$app, plan, files)
      extend_api_spec(app, manifest, settings$documents)
      engines <- list()
      engines[[frame_types$request]] <- plumber_engine(app)
      lane <- direct_lane(app, plan)
      engines[[frame_types$call]] <- call_engine(lane)
      engines[[frame_types$batch]] <- batch_engine(lane)
      engines[[frame_types$print]] <- print_engine(lane)
      # R would allocate more memory long before it collects what is free. A preload process collects before it forks.
      if (!settings$preloads) gc()
      begin <- function() {
        worker_con <- start(hooks)
        compiler::enableJIT(jit)
        if (length(warmups)) {
          write_frame(worker_con, frame_types$step, 0L, "warmup")
          run_warmups(app, warmups, settings$public_port)
        }
        if (length(hooks) || length(warmups)) check_plan(lane)
        worker_con
      }
      serve_app(begin(), engines, manifest, app)
    }
  }
  router <- load_router(
    settings$app,
    on_run = function(router) prepare(router)(start, router),
    on_app = httpuv_server(settings, step, start, files_read)
  )
  serve <- prepare(router)
  function(start) run_router(router, settings$host, settings$public_port, function(app) serve(start, app))
}

# Loads an app that runs on httpuv and serves it, within the app's own call if it starts a server.
httpuv_app <- function(settings, step, start, files_read) {
  wake_for_time_limits()
  servers <- take_over_servers(
    on_run = function(router) {
      stop("it runs a router of plumber. Name the file plumber.R or entrypoint.R", call. = FALSE)
    },
    on_app = httpuv_server(settings, step, start, files_read)
  )
  value <- load_httpuv_app(settings$app)
  if (!servers$is_served()) start_app(value)
  if (!servers$is_served()) {
    stop("the file starts no server and returns no app: expected httpuv::runServer(), or an app of fiery, plumber2 or ",
         "ambiorix as its value", call. = FALSE)
  }
  servers$serve(0)
}

# files: those that the app has read or sought
report_load_failure <- function(con, e, calls, app, files = character()) {
  text <- conditionMessage(e)
  where <- if (inherits(e, "located_error")) list(file = e$file, line = e$line) else message_location(text, app$file)
  if (is.null(where)) where <- call_location(calls)
  call <- conditionCall(e)
  write_frame(con, frame_types$load_failed, 0L, list(
    message = text,
    call = if (!is.null(call)) paste(deparse(call, nlines = 1L), collapse = "") else NULL,
    file = where$file,
    line = where$line,
    files = as.list(unname(files))
  ))
}

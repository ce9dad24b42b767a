# How a process that has loaded the app becomes a worker: start(hooks) runs the app's `@onworker` functions in the
# worker and returns the connection to serve on.

# For a process that was started as a worker.
own_start <- function(con, settings) {
  function(hooks) {
    run_onworker(con, hooks, settings)
    con
  }
}

# For a process that workers are forked from. If that would break the app, the gateway makes it a worker itself.
fork_start <- function(con, settings, before) {
  function(hooks) {
    load_base_functions()
    # Objects that survive two collections are left alone by all but full ones: they are not written to and stay shared.
    # The first one may leave old garbage to the second.
    gc(full = FALSE)
    gc()
    write_frame(con, frame_types$preloaded, 0L, list(
      obstacles = as.list(fork_obstacles(before)), able = !is.null(fork_tools())
    ))
    repeat {
      frame <- read_frame(con)
      if (is.null(frame)) quit(save = "no", status = 0L, runLast = FALSE)
      order <- bytes_value(frame$payload)
      if (frame$type == frame_types$reap) {
        for (pid in order$pids) fork_tools()$rmChild(pid)
      } else if (frame$type == frame_types$become) {
        own <- connect_worker(settings$port, order$token)
        close_own_connection(con)
        run_onworker(own, hooks, settings)
        return(own)
      } else {
        own <- fork_worker(con, order, settings)
        if (is.null(own)) next
        run_onworker(own, hooks, settings)
        return(own)
      }
    }
  }
}

# Returns in the child its own connection to the gateway, in the parent NULL.
fork_worker <- function(con, order, settings) {
  prepare_stream(order$number)
  jit <- compiler::enableJIT(-1L)
  child <- tryCatch(fork_tools()$mcfork(FALSE), error = identity)
  if (inherits(child, "error")) {
    write_frame(con, frame_types$forked, 0L, list(token = order$token, failure = conditionMessage(child)))
    return(NULL)
  }
  if (!inherits(child, "masterProcess")) {
    write_frame(con, frame_types$forked, 0L, list(token = order$token, pid = child$pid))
    return(NULL)
  }
  compiler::enableJIT(jit)
  tryCatch({
    detach_child(order$folder)
    close_own_connection(con)
    connect_worker(settings$port, order$token)
  }, error = function(e) {
    message("A forked worker could not be set up: ", conditionMessage(e))
    leave_fork(status = 1L)
  })
}

connect_worker <- function(port, token) {
  con <- own_connection(connect_gateway(port))
  write_frame(con, frame_types$hello, 0L, list(token = token, pid = Sys.getpid()))
  con
}

# Runs the app's `@onworker` functions. An error ends the worker like one of loading.
run_onworker <- function(con, hooks, settings) {
  if (length(hooks)) write_frame(con, frame_types$step, 0L, "onworker")
  for (hook in hooks) {
    tryCatch(hook$run(), error = function(e) {
      where <- message_location(conditionMessage(e), settings$app$file)
      e <- structure(class = c("located_error", "error", "condition"), list(
        message = paste0("@onworker: ", conditionMessage(e)), call = NULL,
        file = if (is.null(where)) hook$file else where$file, line = if (is.null(where)) hook$line else where$line
      ))
      report_load_failure(con, e, NULL, settings$app)
      quit(save = "no", status = 3L, runLast = FALSE)
    })
  }
}

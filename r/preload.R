# How a process that has loaded the app comes to be a worker. A *desk* is what it does that at: take_up(hooks) is
# called once everything is ready, and gives the connection to serve on.

# A process that was started to be a worker.
worker_desk <- function(con, settings) {
  list(take_up = function(hooks) {
    run_hooks(con, hooks, settings)
    con
  })
}

# A process that was started for workers to be forked from. Where that would break the app, the gateway lets it become
# a worker itself.
preload_desk <- function(con, settings, before) {
  list(take_up = function(hooks) {
    read_ahead()
    # What two collections have found alive is left alone by all but full ones: not written to, it stays shared.
    gc()
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
        close(con)
        run_hooks(own, hooks, settings)
        return(own)
      } else {
        own <- fork_worker(con, order, settings)
        if (is.null(own)) next
        run_hooks(own, hooks, settings)
        return(own)
      }
    }
  })
}

# In the child its own connection to the gateway, NULL in the process that it was forked from.
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
    close(con)
    connect_worker(settings$port, order$token)
  }, error = function(e) {
    message("A forked worker could not be set up: ", conditionMessage(e))
    leave_fork(status = 1L)
  })
}

connect_worker <- function(port, token) {
  con <- connect_gateway(port)
  write_frame(con, frame_types$hello, 0L, list(token = token, pid = Sys.getpid()))
  con
}

# The app's `@onworker` functions.
run_hooks <- function(con, hooks, settings) {
  if (length(hooks)) write_frame(con, frame_types$step, 0L, "onworker")
  for (hook in hooks) {
    tryCatch(hook$run(), error = function(e) {
      where <- message_location(conditionMessage(e), settings$app$file)
      e <- structure(class = c("bad_tag", "error", "condition"), list(
        message = paste0("@onworker: ", conditionMessage(e)), call = NULL,
        file = if (is.null(where)) hook$file else where$file, line = if (is.null(where)) hook$line else where$line
      ))
      report_load_failure(con, e, NULL, settings$app)
      quit(save = "no", status = 3L, runLast = FALSE)
    })
  }
}

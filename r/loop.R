# The worker's loop: one unit of work at a time, in the order in which the gateway sends it.

# Pending callbacks of `later` (timers, promises that nobody waits for) run between requests, as they do in
# plumber's own server. Other threads can add to the loop unseen, hence the bound on the wait.
idle_callbacks <- function(con) {
  while (!later::loop_empty()) {
    tryCatch(later::run_now(0), error = function(e) message("Error in a later callback: ", conditionMessage(e)))
    if (later::loop_empty()) return(invisible())
    wait <- min(later::next_op_secs(), 0.05)
    if (socketSelect(list(con), timeout = max(wait, 0))) return(invisible())
  }
}

# An interrupt is meant for the request that runs. One that comes too late finds the worker waiting for the next
# frame, of which nothing has been read yet, since the gateway sends none until a ping has been answered.
next_frame <- function(con) {
  repeat {
    interrupted <- FALSE
    frame <- tryCatch({
      idle_callbacks(con)
      read_frame(con)
    }, interrupt = function(e) interrupted <<- TRUE)
    if (!interrupted) return(frame)
  }
}

# Gives a pending interrupt, whose signal has arrived before the ping, the occasion to be raised and dropped.
drop_interrupts <- function() {
  tryCatch(Sys.sleep(0.001), interrupt = function(e) NULL)
}

# engines: by frame type, function(call) giving the value of the result frame for one request
# Returns when the gateway says stop or has gone.
serve_frames <- function(con, engines) {
  home <- getwd()
  repeat {
    frame <- next_frame(con)
    if (is.null(frame) || frame$type == frame_types$stop) return(invisible(frame))
    if (frame$type == frame_types$ping) {
      drop_interrupts()
      write_frame(con, frame_types$pong, 0L, NULL)
      next
    }
    engine <- engines[[frame$type]]
    result <- tryCatch(engine(unserialize(frame$payload)), interrupt = function(e) NULL)
    suspendInterrupts({
      # A handler that changed the folder must not harm the next request of this worker.
      if (!identical(getwd(), home)) setwd(home)
      write_frame(con, result_type(result), frame$id, result)
    })
  }
}

# Responses have names, values for the gateway to print have none.
result_type <- function(result) {
  if (is.null(result)) frame_types$interrupted else if (is.null(names(result))) frame_types$value else frame_types$result
}

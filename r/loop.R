# The worker's loop: one unit of work at a time, in the order in which the gateway sends it.

# Pending callbacks of `later` (timers, promises that nobody waits for) run between requests, as they do in
# plumber's own server. Other threads can add to the loop unseen, hence the bound on the wait.
# Without `later` there are none (events is NULL).
idle_callbacks <- function(con, events) {
  if (is.null(events)) return(invisible())
  while (!later::loop_empty(events)) {
    run_callbacks(0)
    if (later::loop_empty(events)) return(invisible())
    wait <- min(later::next_op_secs(events), 0.05)
    if (socketSelect(list(con), timeout = max(wait, 0))) return(invisible())
  }
}

# A callback's failure is nobody's answer.
run_callbacks <- function(wait) {
  failed <- function(e) message("Error in a later callback: ", conditionMessage(e))
  tryCatch(later::run_now(wait), error = failed)
}

# An interrupt is meant for the request that runs. It may come too late: then it may stay pending, and the
# gateway, which has sent it, asks with a ping for it to be dropped before it sends anything else.
drop_interrupts <- function() {
  tryCatch(allowInterrupts(Sys.sleep(0.001)), interrupt = function(e) NULL)
}

# The number of open diversions of output, and the connection that messages go to: sink.number() without its
# checking of arguments, which takes longer than some handlers.
open_sinks <- function() .Internal(sink.number(TRUE))
message_sink <- function() .Internal(sink.number(FALSE))

# Gives a function that undoes what a handler has changed for its whole process, to the harm of the next request.
process_keeper <- function() {
  home <- getwd()
  sinks <- open_sinks()
  messages <- message_sink()
  function() {
    if (!identical(getwd(), home)) setwd(home)
    while (open_sinks() > sinks) sink()
    if (message_sink() != messages) sink(getConnection(messages), type = "message")
  }
}

# Seconds of the wall clock. Sys.time() makes an object of them, which takes longer.
wall_clock <- function() .Internal(Sys.time())

# Whether a moment, in ms modulo 2^31, has gone by: see src/protocol/frame.ts.
is_past <- function(moment, now) (now * 1000 - moment) %% 2147483648 < 1073741824

# An engine runs one kind of frame. run(call) gives the value of the result frame; if it fails, failed(error) does,
# called when R has unwound to the loop: a tryCatch() around each call would take as long as a small handler.
engine <- function(run, failed = router_failed) list(run = run, failed = failed)

# engines: by frame type; manifest: what is reported once everything is prepared
# Returns when the gateway says stop or has gone.
serve_frames <- function(con, engines, manifest) {
  force(con) # what follows is the forked worker's, if it is one
  restore_process <- process_keeper()
  events <- if (isNamespaceLoaded("later")) later::global_loop()
  # What is being run (its id and engine, and since when), the error that it has ended with, and the answer that is
  # to be sent.
  running <- 0L
  current <- NULL
  began <- 0
  failure <- NULL
  unsent <- NULL
  # The client has left while its request was still being read.
  early <- FALSE
  # Where the last interrupt came.
  calls <- NULL

  finish <- function(value, type = result_type(value)) {
    took <- as.integer(min((wall_clock() - began) * 1e6, 2147483647))
    unsent <<- list(type, running, value, took)
    running <<- 0L
    restore_process()
  }

  # Interrupts are suspended but for the engines. A wait on a socket raises them nevertheless, before it has read
  # or written anything: what was to be sent then is sent afterwards.
  work <- function() {
    if (!is.null(failure)) {
      finish(allowInterrupts(current$failed(failure)))
      failure <<- NULL
    }
    repeat {
      if (!is.null(unsent)) {
        write_frame(con, unsent[[1L]], unsent[[2L]], unsent[[3L]], unsent[[4L]])
        unsent <<- NULL
      }
      idle_callbacks(con, events)
      frame <- read_frame(con)
      if (is.null(frame) || frame$type == frame_types$stop) return(TRUE)
      if (frame$type == frame_types$ping || frame$type == frame_types$collect) {
        if (frame$type == frame_types$ping) drop_interrupts() else gc()
        early <<- FALSE
        unsent <<- list(frame_types$pong, 0L, NULL, 0L)
        next
      }
      began <<- wall_clock()
      # What it has run before has taken so long that the gateway gives this to another worker.
      if (frame$start_by > 0L && is_past(frame$start_by, began)) {
        unsent <<- list(frame_types$unstarted, frame$id, NULL, 0L)
        next
      }
      current <<- engines[[frame$type]]
      running <<- frame$id
      if (length(frame$payload) > frame_buffered) write_frame(con, frame_types$begun, frame$id, NULL)
      value <- if (!early) allowInterrupts(current$run(bytes_value(frame$payload)))
      early <<- FALSE
      finish(value)
    }
  }
  stopped <- function(e) if (running > 0L) calls <<- app_calls()
  interrupted <- function(e) {
    if (running > 0L) finish(calls, frame_types$interrupted) else early <<- is.null(unsent)
    calls <<- NULL
    FALSE
  }
  failed <- function(e) {
    if (running == 0L) stop(e)
    if (is.null(failure)) failure <<- e else finish(router_failed(e))
    FALSE
  }
  # Not from a child that the app has forked.
  pid <- Sys.getpid()
  tell <- function(failure) {
    if (running == 0L || Sys.getpid() != pid) return(invisible())
    suspendInterrupts(write_frame(con, frame_types$failed, running, failure))
  }
  # Around the loop, so that no request pays for it: what is to be said of where it was interrupted, or has failed.
  watched <- function() {
    withCallingHandlers(suspendInterrupts(work()), interrupt = stopped, error = note_failure)
  }
  # Suspended from the report on: the gateway may interrupt the first request before the loop has come to it.
  serve <- function() {
    suspendInterrupts({
      write_frame(con, frame_types$ready, 0L, manifest)
      while (!tryCatch(watched(), interrupt = interrupted, error = failed)) {
        if (running == 0L) failure <<- NULL
      }
    })
  }
  loop <- by_hash(environment())
  failures$tell <- loop$tell
  loop$serve()
}

# Responses have names, values for the gateway to print have none.
result_type <- function(result) {
  if (is.null(result)) return(frame_types$interrupted)
  if (is.null(names(result))) frame_types$value else frame_types$result
}

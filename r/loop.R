# The worker's loop: runs one frame at a time, in the order in which the gateway sends them. A request that waits for a
# promise is open: the loop goes on, and the answer is sent when the promise is settled.

# What is reported if R code jumps out of the loop's calls.
jump_message <- "a jump to R's top level, as of invokeRestart(\"abort\")"

# An interrupt that comes after its request has ended may stay pending. The gateway therefore sends a ping after each
# interrupt, before anything else, and the ping drops it.
drop_interrupts <- function() {
  tryCatch(allowInterrupts(Sys.sleep(0.001)), interrupt = function(e) NULL)
}

# An interrupt of R is an empty condition. One that has parts was made by R code: if it is only signalled, R goes on.
is_interrupt <- function(e) length(unclass(e)) == 0L

# A calling handler. An exiting handler would also take what is only signalled.
leave_interrupted <- function(e) if (is_interrupt(e)) invokeRestart("penstock_interrupt")

# The wall clock in seconds. Sys.time() takes longer, because it makes an object of class POSIXct.
wall_clock <- function() .Internal(Sys.time())

# serve(seconds) waits this long, in seconds, for the next request of a series, which the gateway sends when it has the
# answer. A series ends after `series_turn` seconds.
next_wait <- 0.001
series_turn <- 0.02

# Whether a moment, in ms modulo 2^31, has passed: see `time` in src/protocol/frame.ts.
is_past <- function(moment, now) (now * 1000 - moment) %% 2147483648 < 1073741824

# An engine runs one type of frame. run(context, payload) returns the value of the answer. If it fails, the loop calls
# failed(context, error) for it: a tryCatch() around each run would take as long as a small handler.
engine <- function(context, run, failed = function(context, e) router_failed(e)) {
  list(context = context, run = run, failed = failed)
}

# Serves until the gateway sends `stop` or closes the connection, see frame_server().
serve_frames <- function(con, engines, manifest) frame_server(con, engines, manifest)$serve()

# engines: by frame type; manifest: the payload of the `ready` frame; events: function(type, id, value) that runs what
# happens to a WebSocket
# Returns serve(seconds), and send(type, id, value), which sends a frame that answers no request. serve() returns TRUE
# when the gateway has sent `stop` or closed the connection. Given seconds, it returns FALSE after them, and after each
# series of requests and each callback: code of the app runs between two calls.
frame_server <- function(con, engines, manifest, events = NULL) {
  force(con) # this forks the worker, if it is forked: all that follows runs in the worker
  restore_process <- process_keeper()
  timers <- if (isNamespaceLoaded("later")) later::global_loop()
  no_timers <- emptiness_check(timers)
  # The id of the request that runs (0: none), its engine, when it began, the error that it has ended with, and the
  # answer that is still to be sent.
  running <- 0L
  current <- NULL
  began <- 0
  failure <- NULL
  unsent <- NULL
  # An interrupt came before its request was read: the next request does not run.
  early <- FALSE
  # The app's calls at the last interrupt.
  calls <- NULL
  # The ids of the open requests, and whether callbacks run.
  open <- new.env(parent = emptyenv())
  opened <- 0L
  calls_back <- FALSE
  # The WebSocket whose event runs; 0 for callbacks.
  socket <- 0L
  # When serve() returns, and whether the gateway has ended its work.
  until <- Inf
  stopped <- FALSE
  announced <- FALSE
  # serve() was just called, and how long it goes on if requests come one after another.
  entering <- FALSE
  series_end <- 0

  finish <- function(value, type = result_type(value)) {
    took <- (wall_clock() - began) * 1e6
    took <- if (took < 2147483647) as.integer(took) else 2147483647L
    id <- running
    running <<- 0L
    restore_process()
    unsent <<- if (type == frame_types$opened) {
      open_request(id, value, took)
    } else {
      list(type, id, if (type == frame_types$streamed) sent_part(id, type, value) else value, took)
    }
  }

  # What is sent of an answer: for a stream its head.
  sent_part <- function(id, type, answer) {
    if (type != frame_types$streamed) return(answer)
    streams$begin(id, answer$stream)
    answer$stream <- answer$stream$name
    answer
  }

  # Its answer is sent when the promise is settled, which is never at once.
  open_request <- function(id, promise, took) {
    assign(as.character(id), TRUE, open)
    count_open(1L)
    promises::then(
      promise,
      function(answer) if (close_request(id)) send_answer(id, answer),
      function(e) if (close_request(id)) send_answer(id, router_failed(e))
    )
    list(frame_types$opened, id, NULL, took)
  }

  # FALSE if it is not open: the gateway has abandoned it.
  close_request <- function(id) {
    key <- as.character(id)
    if (is.null(open[[key]])) return(FALSE)
    rm(list = key, envir = open)
    count_open(-1L)
    TRUE
  }

  count_open <- function(change) opened <<- opened + change

  send <- function(type, id, value) suspendInterrupts(write_frame(con, type, id, value))

  send_answer <- function(id, answer) {
    type <- result_type(answer)
    send(type, id, sent_part(id, type, answer))
  }

  # Runs callbacks of `later` (timers, promises) between requests, as plumber's own server does, until there is a frame
  # to read or nothing to wait for. While callbacks run, the gateway gives the worker nothing. FALSE if serve() is to
  # return instead.
  await_frame <- function() {
    while (waits_for_timers() || until < Inf) {
      if (waits_for_timers() && later::next_op_secs(timers) <= 0) {
        run_beside(function() run_due_callbacks(timers))
        return(FALSE)
      }
      wait <- until - wall_clock()
      if (wait <= 0) return(FALSE)
      if (waits_for_timers()) {
        wait <- min(wait, later::next_op_secs(timers), look_interval[[if (opened > 0L) "open" else "idle"]])
      }
      if (socketSelect(list(con), timeout = max(wait, 0))) return(TRUE)
    }
    TRUE
  }

  waits_for_timers <- function() !is.null(timers) && (opened > 0L || !no_timers())

  # Runs code of the app between requests. event_of: the WebSocket whose event it is; stream: the stream that it is for
  run_beside <- function(run, event_of = 0L, stream = 0L) {
    write_frame(con, frame_types$resumed, stream, NULL)
    calls_back <<- TRUE
    socket <<- event_of
    allowInterrupts(run())
    callbacks_ended(NULL)
  }

  run_event <- function(frame) {
    value <- if (!is.null(frame$payload)) bytes_value(frame$payload)
    tryCatch(
      events(frame$type, frame$id, value),
      error = function(e) message("Error in an event of a WebSocket: ", conditionMessage(e))
    )
  }

  # Returns from serve(). To the gateway, the app's own code is like callbacks, until the next call of serve() says that
  # they have ended.
  leave <- function() {
    if (until == Inf) return(FALSE)
    if (!is.null(unsent) && unsent[[1L]] == frame_types$rested) return(TRUE)
    write_frame(con, frame_types$resumed, 0L, NULL)
    if (!is.null(unsent)) write_frame(con, unsent[[1L]], unsent[[2L]], unsent[[3L]], unsent[[4L]])
    unsent <<- list(frame_types$rested, 0L, NULL, 0L)
    TRUE
  }

  # A frame that is no request.
  run_command <- function(frame) {
    type <- frame$type
    id <- frame$id
    if (type == frame_types$ping || type == frame_types$collect) {
      if (type == frame_types$ping) drop_interrupts() else gc()
      early <<- FALSE
      unsent <<- list(frame_types$pong, 0L, NULL, 0L)
    } else if (type == frame_types$abandon) {
      if (streams$has(id)) run_beside(function() streams$abandon(id), stream = id)
      else if (close_request(id)) unsent <<- list(frame_types$interrupted, id, NULL, 0L)
    } else if (type == frame_types$pull) {
      run_beside(function() streams$pull(id), stream = id)
    } else if (type >= frame_types$socket_opened && type <= frame_types$relay) {
      run_beside(function() run_event(frame), event_of = id)
    } else {
      stop("the gateway sent a frame of unknown type ", type)
    }
  }

  # Interrupts are suspended except in engines. A wait for the socket raises them nevertheless, before it has read or
  # written anything. An answer that was about to be sent is then sent by the next call of work().
  work <- function() {
    if (!is.null(failure)) {
      finish(allowInterrupts(current$failed(current$context, failure)))
      failure <<- NULL
    }
    repeat {
      # Given seconds, the app's own code runs after each frame, unless the next one comes at once.
      leaves <- until < Inf && !entering
      if (!is.null(unsent)) {
        if (leaves && (unsent[[1L]] == frame_types$rested || wall_clock() > series_end)) return(leave())
        write_frame(con, unsent[[1L]], unsent[[2L]], unsent[[3L]], unsent[[4L]])
        unsent <<- NULL
      }
      if (entering) entering <<- FALSE
      kept <- length(streams$inbox) > 0L
      follows <- leaves && !kept && socketSelect(list(con), timeout = next_wait)
      if (leaves && !kept && !follows) return(leave())
      if (!kept && !follows && (until < Inf || waits_for_timers()) && !await_frame()) {
        if (leave()) return(TRUE)
        next
      }
      frame <- if (kept) streams$next_frame() else read_frame(con)
      engine <- if (!is.null(frame) && frame$type <= length(engines)) engines[[frame$type]]
      if (is.null(engine)) {
        stopped <<- is.null(frame) || frame$type == frame_types$stop
        if (stopped) return(TRUE)
        run_command(frame)
        next
      }
      now <- wall_clock()
      # The previous request took longer than expected: the gateway gives this one to another worker.
      if (frame$start_by > 0L && is_past(frame$start_by, now)) {
        unsent <<- list(frame_types$unstarted, frame$id, NULL, 0L)
        next
      }
      began <<- now
      current <<- engine
      running <<- frame$id
      if (frame$flags == tell_begun || length(frame$payload) > read_at_once) {
        write_frame(con, frame_types$begun, frame$id, NULL)
      }
      value <- if (!early) run_engine(engine, frame$payload)
      if (early) early <<- FALSE
      finish(value)
    }
  }
  interrupting <- function(e) {
    if (is_interrupt(e) && running > 0L) calls <<- app_calls()
    leave_interrupted(e)
  }
  interrupted <- function() {
    forget_current_request()
    if (running > 0L) finish(calls, frame_types$interrupted)
    else if (calls_back) callbacks_ended(NULL)
    else early <<- is.null(unsent)
    calls <<- NULL
    FALSE
  }
  # jump: what has ended them early and the gateway does not know of
  callbacks_ended <- function(jump) {
    streams$cut(jump)
    calls_back <<- FALSE
    restore_process()
    unsent <<- list(frame_types$rested, socket, NULL, 0L)
  }
  # R code has jumped to the top level, for example by invokeRestart("abort"). The answer is that of httpuv.
  aborted <- function() {
    forget_current_request()
    if (running > 0L) {
      tell(list(message = jump_message, call = NULL, calls = NULL))
      finish(text_500("An exception occurred."))
    } else if (calls_back) {
      callbacks_ended(jump_message)
    }
    FALSE
  }
  failed <- function(e) {
    if (running == 0L) stop(e)
    if (is.null(failure)) {
      failure <<- e
    } else {
      forget_current_request()
      finish(router_failed(e))
    }
    FALSE
  }
  # Reports an error that the app has not caught, but not from a child that the app has forked.
  pid <- Sys.getpid()
  tell <- function(failure) {
    if (running == 0L || Sys.getpid() != pid) return(invisible())
    suspendInterrupts(write_frame(con, frame_types$failed, running, failure))
  }
  # These handlers note where a request was interrupted or has failed. They stand around the loop, so that they cost
  # nothing for each request.
  watched <- function() {
    tryCatch(
      withCallingHandlers(suspendInterrupts(work()), interrupt = interrupting, error = note_failure),
      error = failed
    )
  }
  # Interrupts are suspended from the `ready` frame on, because the gateway may interrupt the first request before the
  # loop has read it.
  serve <- function(seconds = Inf) {
    now <- wall_clock()
    until <<- if (seconds < Inf) now + seconds else Inf
    series_end <<- now + series_turn
    entering <<- TRUE
    suspendInterrupts({
      if (!announced) write_frame(con, frame_types$ready, 0L, manifest)
      announced <<- TRUE
      while (!withRestarts(watched(), penstock_interrupt = interrupted, abort = aborted)) {
        # A child that the app has forked has jumped out of its work.
        if (Sys.getpid() != pid) tools::pskill(Sys.getpid(), tools::SIGKILL)
        if (running == 0L) failure <<- NULL
      }
    })
    stopped
  }
  streams <- NULL
  loop <- by_hash(environment())
  loop$streams <- open_streams(con, loop$count_open)
  failures$tell <- loop$tell
  loop
}

# Streams: responses that R produces in pieces. The gateway pulls the next elements while the client reads, and R
# produces them between requests.

# How long R produces elements of one stream before it looks for other work, in seconds, and how many bytes.
stream_turn <- 0.01
stream_window <- 65536

# What the elements come from: take() returns the next one, or a promise of it; close() ends it early, if it has one;
# run(send) sends all of them.
element_source <- function(value) {
  if (!is.function(value)) return(list(take = one_element(value)))
  generator <- inherits(value, "coro_generator_instance")
  if (!generator && length(formals(value)) > 0L) return(list(run = value))
  # Generators of coro before 1.1.0 can't be closed.
  close <- if (generator && "close" %in% names(formals(value))) function() value(close = TRUE)
  list(take = function() value(), close = close, skips = generator)
}

# A value that is not a stream is its only element.
one_element <- function(value) {
  taken <- FALSE
  function() {
    if (taken) return(exhausted)
    taken <<- TRUE
    value
  }
}

# What coro's generators return at the end.
exhausted <- as.name(".__exhausted__.")

# What is reported of a failure of which only the message is known.
failure_text <- function(message) list(message = message, call = NULL, calls = NULL)

# The streams of a worker. con: the connection to the gateway; awaits(n): counts the promises that they wait for.
open_streams <- function(con, awaits) {
  streams <- new.env(parent = emptyenv())
  # The stream whose element R computes; 0 for none.
  current <- 0L
  # Frames that came while a stream waited for a `pull`.
  inbox <- list()

  write <- function(type, id, value = NULL) suspendInterrupts(write_frame(con, type, id, value))
  find <- function(id) streams[[as.character(id)]]

  begin <- function(id, body) {
    stream <- list2env(list(source = element_source(body$value), encode = body$encoder(), awaits = FALSE))
    assign(as.character(id), stream, streams)
  }

  remove <- function(id) {
    if (find(id)$awaits) awaits(-1L)
    rm(list = as.character(id), envir = streams)
  }

  end <- function(id) {
    remove(id)
    write(frame_types$ended, id)
  }

  # Closing a generator that has failed itself does nothing. One that R was about to run, or whose element can't be
  # sent, still has its `on.exit()` to run.
  # The gateway also learns of the end if closing is interrupted.
  end_closed <- function(id, type, failure = NULL) {
    on.exit(write(type, id, failure))
    close(id)
  }

  report_of <- function(e, last) {
    tryCatch(failure_report(e, last), error = function(unknown) failure_text(conditionMessage(e)))
  }

  # Evaluates an expression that runs the app's code for a stream. An error ends the stream.
  attempt <- function(id, expr) {
    outer <- current
    current <<- id
    failure <- NULL
    tryCatch(
      withCallingHandlers(expr, error = function(e) failure <<- report_of(e, sys.nframe() - 1L)),
      error = function(e) if (!is.null(find(id))) end_closed(id, frame_types$ended, failure)
    )
    current <<- outer
  }

  pull <- function(id) {
    stream <- find(id)
    if (is.null(stream)) return(invisible())
    attempt(id, if (is.null(stream$source$run)) take(id, stream) else run(id, stream))
  }

  is_end <- function(stream, element) {
    identical(element, exhausted) || (is.null(element) && !isTRUE(stream$source$skips))
  }

  take <- function(id, stream) {
    until <- wall_clock() + stream_turn
    size <- 0
    repeat {
      element <- stream$source$take()
      if (is_promise(element)) return(await(id, stream, element))
      if (is_end(stream, element)) return(end(id))
      bytes <- stream$encode(element)
      if (length(bytes) == 0L) next
      size <- size + length(bytes)
      over <- size >= stream_window || wall_clock() > until
      write(if (over) frame_types$last_chunk else frame_types$chunk, id, bytes)
      if (over) return(invisible())
    }
  }

  # The stream may have been closed before the promise is settled.
  await <- function(id, stream, promise) {
    stream$awaits <- TRUE
    awaits(1L)
    settled <- function(go_on) {
      function(value) {
        if (!identical(find(id), stream)) return(invisible())
        stream$awaits <- FALSE
        awaits(-1L)
        attempt(id, go_on(value))
      }
    }
    rejected <- function(e) end_closed(id, frame_types$ended, failure_text(conditionMessage(e)))
    promises::then(promise, settled(function(element) settle(id, stream, element)), settled(rejected))
  }

  settle <- function(id, stream, element) {
    if (is_end(stream, element)) return(end(id))
    bytes <- stream$encode(element)
    if (length(bytes) == 0L) take(id, stream) else write(frame_types$last_chunk, id, bytes)
  }

  # A function that sends its elements itself keeps the worker. It waits in send() while the client does not read.
  run <- function(id, stream) {
    size <- 0
    send <- function(element) {
      if (current != id) stop("send() works only while the function that got it runs")
      bytes <- stream$encode(element)
      size <<- size + length(bytes)
      held <- size >= stream_window
      if (held) size <<- 0
      if (length(bytes) > 0L) write(if (held) frame_types$held_chunk else frame_types$chunk, id, bytes)
      if (held) await_pull(id) else look_for_frames(id)
      invisible()
    }
    withRestarts({
      value <- stream$source$run(send)
      if (is_promise(value)) stop("a function(send) must not return a promise: use an async generator")
      end(id)
    }, penstock_stream_closed = function() end_closed(id, frame_types$interrupted))
  }

  look_for_frames <- function(id) {
    while (socketSelect(list(con), timeout = 0)) keep(id, suspendInterrupts(read_frame(con)))
  }

  await_pull <- function(id) {
    repeat {
      frame <- suspendInterrupts(read_frame(con))
      if (!is.null(frame) && frame$id == id && frame$type == frame_types$pull) return(invisible())
      keep(id, frame)
    }
  }

  # Keeps a frame for the loop. The stream itself may be closed.
  keep <- function(id, frame) {
    closed <- !is.null(frame) && frame$id == id && frame$type == frame_types$abandon
    if (!closed) inbox <<- c(inbox, list(frame))
    if (closed || is.null(frame)) invokeRestart("penstock_stream_closed")
  }

  # Closes a stream early, so that its `on.exit()` runs.
  close <- function(id) {
    stream <- find(id)
    remove(id)
    failed <- function(e) message("Error in a stream that was closed: ", conditionMessage(e))
    if (!is.null(stream$source$close)) tryCatch(stream$source$close(), error = failed)
  }

  # An interrupt or a jump has ended what R computed for a stream, if it was for one.
  # reason: NULL for an interrupt, which the gateway knows of
  cut <- function(reason) {
    id <- current
    current <<- 0L
    if (id == 0L || is.null(find(id))) return(invisible())
    if (is.null(reason)) end_closed(id, frame_types$interrupted)
    else end_closed(id, frame_types$ended, failure_text(reason))
  }

  has <- function(id) !is.null(find(id))
  abandon <- function(id) end_closed(id, frame_types$interrupted)
  next_frame <- function() {
    frame <- inbox[[1L]]
    inbox <<- inbox[-1L]
    frame
  }
  environment() # of these the loop uses `inbox` and functions
}

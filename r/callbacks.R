# Callbacks of `later`: timers, and steps of promises. The loop runs them between requests.

# How often the loop looks for callbacks of `later`, in seconds: while there are any, and while requests are open. Other
# threads can add callbacks without waking it.
look_interval <- c(idle = 0.05, open = 0.005)

# Callbacks that are due run for this long, in seconds, before the loop looks for a request.
callback_turn <- 0.01

# An error of a callback belongs to no request: it is only printed.
run_callbacks <- function() {
  # later reports a jump as an error without a message.
  failed <- function(e) {
    text <- conditionMessage(e)
    message("Error in a later callback: ", if (nzchar(text)) text else jump_message)
  }
  tryCatch(later::run_now(0), error = failed)
}

# Runs the callbacks that are due, for `callback_turn` at most.
run_due_callbacks <- function(timers) {
  end <- wall_clock() + callback_turn
  repeat {
    run_callbacks()
    if (later::next_op_secs(timers) > 0 || wall_clock() > end) break
  }
}

# Returns a function that tells whether a loop of `later` is empty, without what later::loop_empty() does around it:
# that takes longer than some handlers.
emptiness_check <- function(timers) {
  if (is.null(timers)) return(NULL)
  routine <- tryCatch(getNativeSymbolInfo("_later_idle", "later"), error = function(e) NULL)
  known <- identical(routine$numParameters, 1L) &&
    identical(body(later::loop_empty), quote({
      idle(loop$id)
    })) && identical(body(asNamespace("later")$idle), quote({
      .Call("_later_idle", PACKAGE = "later", loop_id)
    }))
  if (!known) return(function() later::loop_empty(timers))
  id <- timers$id
  function() .Call(routine, id)
}

# Waiting code, such as Sys.sleep(), notices a time limit only when something wakes R up. In plumber's own server that
# is a callback of `later`, which wakes R every 32 ms once it is due. Here none is due while a request runs.

# Makes setTimeLimit() add one. It does nothing, and runs after the request.
wake_for_time_limits <- function() {
  limit <- base::setTimeLimit
  replace_binding("setTimeLimit", baseenv(), function(cpu = Inf, elapsed = Inf, transient = FALSE) {
    if (elapsed < Inf) later::later(function() NULL)
    limit(cpu, elapsed, transient)
  })
}

# What a handler can change in the process for the requests after it.

# The number of output diversions, and the connection for messages: sink.number() without its check of arguments, which
# takes longer than some handlers.
open_sinks <- function() .Internal(sink.number(TRUE))
message_sink <- function() .Internal(sink.number(FALSE))

# Returns a function that undoes changes of a handler to the process that would affect the next request: the working
# directory and output diversions.
process_keeper <- function() {
  home <- getwd()
  sinks <- open_sinks()
  messages <- message_sink()
  function() {
    # It fails if the folder was moved or removed. The process then stays where it is, as with plumber.
    if (!identical(working_directory(), home)) try(setwd(home), silent = TRUE)
    while (open_sinks() > sinks) sink()
    if (message_sink() != messages) sink(getConnection(messages), type = "message")
  }
}

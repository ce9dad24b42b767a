# Values that may be promises, in both lanes.

is_promise <- function(value) is.object(value) && promises::is.promising(value)

# After a request has ended other than by its value: undoes what the direct lane has set for callbacks of promises.
forget_current_request <- function() {
  if (!isNamespaceLoaded("plumber")) return(invisible())
  globals <- asNamespace("plumber")[[".globals"]]
  globals$currentExec <- NULL
  domains <- asNamespace("promises")[["globals"]]
  domains$domain <- NULL
}

# As in plumber's exec(), what a promise is rejected with becomes an error.
step_value <- function(value) if (is_promise(value)) raise_rejection(value) else value

# The names of plumber's runSteps(), which are part of an error's call. The call is part of the answer in debug mode.
raise_rejection <- function(promise) {
  errorHandlerStep <- function(error) stop(error) # nolint: object_name_linter.
  promises::catch(promise, function(.) errorHandlerStep(.))
}

raise <- function(error) stop(error)

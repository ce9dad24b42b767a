# Makes plumber's own router take half of its time. Its functions are rewritten where R's rules make a cheaper form
# equivalent, or replaced if their code is known. Unknown code stays as it is.

# Runs before the app is loaded, because loading makes its steps. prepare: compiles a function, if that is worth it now
speed_up_router <- function(prepare = identity) {
  plumber <- asNamespace("plumber")
  replace_binding("runStepsUntil", plumber, prepare(cheaper_steps(plumber$runStepsUntil)))
  imports <- parent.env(plumber)
  # jsonlite's own namespace, which the app may use, is not changed.
  if (is.function(imports$toJSON)) replace_binding("toJSON", imports, prepare(cheaper_matching(imports$toJSON)))
  generator <- plumber$PlumberStep
  generator$set("public", "exec", prepare(cheaper_exec(generator$public_methods$exec)), overwrite = TRUE)
  generator <- plumber$PlumberResponse
  generator$set("public", "toResponse", unread_body(generator$public_methods$toResponse), overwrite = TRUE)
  generator$new <- response_factory(generator, plumber, prepare)
  generator <- plumber$PlumberStatic
  generator$set("public", "initialize", unread_files(generator$public_methods$initialize), overwrite = TRUE)
}

with_body <- function(f, expression) {
  body(f) <- expression
  f
}

# rule(call) returns the replacement of a call, or NULL to go on with its parts.
rewritten <- function(expression, rule) {
  if (!is.call(expression)) return(expression)
  instead <- rule(expression)
  if (!is.null(instead)) return(instead)
  for (i in seq_along(expression)) {
    if (is.call(expression[[i]])) expression[[i]] <- rewritten(expression[[i]], rule)
  }
  expression
}

# plumber's runStepsUntil() runs about fifteen times for a request. A value without a class is no promise, and an error
# that is caught only to be raised again need not be caught.
cheaper_steps <- function(run_steps) {
  with_body(run_steps, rewritten(body(run_steps), function(call) {
    if (identical(call, quote(is.promising(result)))) {
      quote(is.object(result) && is.promising(result))
    } else if (identical(call, quote(tryCatch(runStep(), error = errorHandlerStep)))) {
      substitute(
        if (identical(errorHandlerStep, stop)) runStep()
        else tryCatch(withCallingHandlers(runStep(), error = note), error = errorHandlerStep),
        list(note = note_failure)
      )
    }
  }))
}

# match.arg() of an argument that still has its default returns the first choice, but takes long to find out.
cheaper_matching <- function(f) {
  choices_of <- function(name) {
    choices <- formals(f)[[as.character(name)]]
    if (is.call(choices) && all(vapply(as.list(choices)[-1L], is.character, NA))) eval(choices, baseenv())
  }
  with_body(f, rewritten(body(f), function(call) {
    if (!identical(call[[1L]], quote(match.arg)) || length(call) != 2L || !is.name(call[[2L]])) return(NULL)
    choices <- choices_of(call[[2L]])
    if (is.null(choices)) return(NULL)
    substitute(
      if (identical(argument, choices)) first else call,
      list(argument = call[[2L]], choices = choices, first = choices[[1L]], call = call)
    )
  }))
}

# nolint start: object_name_linter.
# The exec() of filters and endpoints since plumber 1.0.
known_exec <- quote({
  hookEnv <- new.env(parent = emptyenv())
  args_for_formal_matching <- function() {
    args <- c(list(req = req, res = res), req$args)
  }
  preexecStep <- function(...) {
    private$runHooks("preexec", c(list(data = hookEnv), args_for_formal_matching()))
  }
  execStep <- function(...) {
    private$runHooksAround("aroundexec", args_for_formal_matching(), .next = function(...) {
      relevant_args <- getRelevantArgs(list(...), func = private$func)
      do.call(private$func, relevant_args, envir = private$envir)
    })
  }
  postexecStep <- function(value, ...) {
    private$runHooks("postexec", c(list(data = hookEnv, value = value), args_for_formal_matching()))
  }
  runSteps(NULL, function(error) {
    stop(error)
  }, list(preexecStep, execStep, postexecStep))
})
# nolint end

# Without hooks a step only runs the user's function. plumber passes its arguments through do.call() twice, which
# evaluates those that are code, so plumber's own code runs these.
cheaper_exec <- function(exec) {
  if (!identical(strip_sources(body(exec)), strip_sources(known_exec))) return(exec)
  with_body(exec, substitute({
    if (length(private$hooks) == 0L && hold_no_code(req$args)) {
      return(step_value(do.call(
        private$func,
        getRelevantArgs(c(list(req = req, res = res), req$args), func = private$func),
        envir = private$envir
      )))
    }
    known
  }, list(hold_no_code = hold_no_code, step_value = step_value, known = body(exec))))
}

# Removes the source references of functions within functions.
strip_sources <- function(expression) {
  rewritten(expression, function(call) {
    if (!identical(call[[1L]], quote(`function`))) return(NULL)
    as.call(list(call[[1L]], call[[2L]], strip_sources(call[[3L]])))
  })
}

hold_no_code <- function(args) {
  if (!is.list(args) && !is.null(args)) return(FALSE)
  for (arg in args) if (is.language(arg)) return(FALSE)
  TRUE
}

# plumber reads static files into memory. Here R reads a file only if the app looks at the body of its response. The
# gateway sends it.
unread_files <- function(initialize) {
  reads <- quote(res$body <- if (req$REQUEST_METHOD == "GET") {
    readBin(abs.path, "raw", n = info$size)
  } else {
    NULL
  })
  with_body(initialize, rewritten(body(initialize), function(call) {
    if (!identical(call, reads)) return(NULL)
    substitute(
      if (is_sendable(req, abs.path, info)) put_file(abs.path, info$size, res) else reads,
      list(is_sendable = is_sendable, put_file = put_file, reads = reads)
    )
  }))
}

# What R can't read must fail as it would with plumber.
is_sendable <- function(req, path, info) {
  req$REQUEST_METHOD == "GET" && isFALSE(info$isdir) && info$size > 0 && file.access(path, 4L) == 0L
}

put_file <- function(path, size, res) {
  read <- as.call(list(static_file, path, size))
  eval(call("delayedAssign", "body", read, environment(), res))
}

static_file <- function(path, size) readBin(path, "raw", n = size)

# The body of a response, as plumber's toResponse() takes it.
unread_body <- function(to_response) {
  with_body(to_response, rewritten(body(to_response), function(call) {
    if (identical(call, quote(body <- self$body))) substitute(body <- sent_body(self), list(sent_body = sent_body))
  }))
}

# The body, or the file that it is read from. A promise is known by its expression.
sent_body <- function(res) {
  expression <- eval(call("substitute", quote(body), res))
  if (!is.call(expression) || !identical(expression[[1L]], static_file)) return(res$body)
  list(file = expression[[2L]], owned = FALSE)
}

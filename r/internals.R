# Functions of base R without the checks of their arguments, which take longer than the work. If the internals of this R
# differ, the functions themselves are used.

read_bytes <- function(con, n) .Internal(readBin(con, "raw", n, NA_integer_, TRUE, FALSE))
bytes_words <- function(bytes, n) .Internal(readBin(bytes, "integer", n, NA_integer_, TRUE, FALSE))
words_bytes <- function(words) .Internal(writeBin(words, raw(), NA_integer_, FALSE, FALSE))
write_bytes <- function(bytes, con) .Internal(writeBin(bytes, con, NA_integer_, FALSE, FALSE))
value_bytes <- function(value) .Internal(serialize(value, NULL, 3L, NULL, NULL))
bytes_value <- function(bytes) .Internal(unserialize(bytes, NULL))
working_directory <- function() .Internal(getwd())

# Runs an engine with interrupts, as allowInterrupts() does. It needs no on.exit(): a jump ends at a context in which
# they are suspended, and R restores that.
run_engine <- function(engine, payload) {
  .Internal(interruptsSuspended(FALSE))
  value <- engine$run(engine$context, bytes_value(payload))
  .Internal(interruptsSuspended(TRUE))
  value
}

# The values of variables in an environment, NULL for those that it lacks.
values_of <- function(env, names) .Internal(mget(names, env, "any", list(NULL), FALSE))
option <- function(name) .Internal(getOption(name))

# The settings that plumber and jsonlite read: before a request is parsed, and when its value is printed.
parsing_settings <- function() {
  list(.Internal(getOption("scipen")), .Internal(getOption("plumber.sharedSecret")),
       .Internal(Sys.getenv("PLUMBER_SHAREDSECRET", "")))
}
printing_settings <- function() {
  list(.Internal(getOption("OutDec")), .Internal(getOption("digits.secs")), .Internal(getOption("scipen")),
       .Internal(Sys.getenv("TZ", "")), .Internal(Sys.getlocale(2L)))
}

# match() with 0 for what is not there, and anyDuplicated() of texts.
places_in <- function(texts, all) .Internal(match(texts, all, 0L, NULL))
any_twice <- function(texts) .Internal(anyDuplicated(texts, FALSE, FALSE)) > 0L

new_environment <- function() .Internal(new.env(TRUE, emptyenv(), 29L))

# A new environment from a named list. Its parent is the empty one.
as_environment <- function(values) {
  env <- .Internal(new.env(TRUE, emptyenv(), max(29L, length(values))))
  if (length(values) > 0L) .Internal(list2env(values, env))
  env
}

# Sets a variable of an environment.
put <- function(name, value, env) .Internal(assign(name, value, env, FALSE))

# delayedAssign() of a quoted expression.
delay <- function(name, expression, from, to) .Internal(delayedAssign(name, expression, from, to))
lock_binding <- function(symbol, env) .Internal(lockBinding(symbol, env))
lock_environment <- function(env) .Internal(lockEnvironment(env, FALSE))
run_function <- function(f, args, envir) .Internal(do.call(f, args, envir))
compiled_body <- function(f) .Internal(bodyCode(f))

internals_fit <- function() {
  words <- c(1L, 256L)
  bytes <- writeBin(words, raw(), endian = "little")
  input <- rawConnection(bytes)
  on.exit(close(input))
  output <- rawConnection(raw(), "wb")
  on.exit(close(output), add = TRUE)
  value <- list(a = words)
  tryCatch({
    write_bytes(bytes, output)
    env <- as_environment(value)
    delay("b", quote(words + 1L), environment(), env)
    put("c", words, env)
    lock_binding(as.name("a"), env)
    lock_environment(env)
    identical(words_bytes(words), bytes) && identical(bytes_words(bytes, 2L), words) &&
      identical(read_bytes(input, 8L), bytes) && identical(rawConnectionValue(output), bytes) &&
      identical(value_bytes(value), serialize(value, NULL, xdr = FALSE)) &&
      identical(bytes_value(serialize(value, NULL)), value) && identical(working_directory(), getwd()) &&
      keeps_interrupts_suspended() &&
      identical(env$a, words) && identical(env$b, words + 1L) && identical(env$c, words) && bindingIsLocked("a", env) &&
      environmentIsLocked(env) && identical(run_function(max, list(1, 2), baseenv()), 2) &&
      identical(as.function(list(x = 1, compiled_body(identity)), baseenv())(2), 2) &&
      identical(values_of(env, c("a", "z")), list(a = words, z = NULL)) &&
      identical(places_in(c("b", "c"), c("a", "b")), c(2L, 0L)) && any_twice(c("a", "a")) && !any_twice(c("a", "b")) &&
      identical(option("scipen"), getOption("scipen")) && identical(parsing_settings()[[1L]], getOption("scipen")) &&
      identical(printing_settings()[-(1:3)], list(Sys.getenv("TZ"), Sys.getlocale("LC_CTYPE")))
  }, error = function(e) FALSE)
}

# Whether interrupts are suspended after run_engine(), also if a jump has ended it.
keeps_interrupts_suspended <- function() {
  allowed <- NULL
  runs <- list(context = NULL, run = function(...) allowed <<- !.Internal(interruptsSuspended()))
  fails <- list(context = NULL, run = function(...) stop("jump"))
  nothing <- serialize(NULL, NULL)
  suspendInterrupts({
    run_engine(runs, nothing)
    returned <- .Internal(interruptsSuspended())
    tryCatch(run_engine(fails, nothing), error = function(e) NULL)
    allowed && returned && .Internal(interruptsSuspended())
  })
}

if (!internals_fit()) {
  read_bytes <- function(con, n) readBin(con, "raw", n)
  bytes_words <- function(bytes, n) readBin(bytes, "integer", n, endian = "little")
  words_bytes <- function(words) writeBin(words, raw(), endian = "little")
  write_bytes <- function(bytes, con) writeBin(bytes, con)
  value_bytes <- function(value) serialize(value, NULL, xdr = FALSE)
  bytes_value <- function(bytes) unserialize(bytes)
  working_directory <- function() getwd()
  run_engine <- function(engine, payload) allowInterrupts(engine$run(engine$context, bytes_value(payload)))
  values_of <- function(env, names) mget(names, env, ifnotfound = list(NULL))
  option <- function(name) getOption(name)
  places_in <- function(texts, all) match(texts, all, 0L)
  any_twice <- function(texts) anyDuplicated(texts) > 0L
  new_environment <- function() new.env(parent = emptyenv())
  parsing_settings <- function() {
    list(getOption("scipen"), getOption("plumber.sharedSecret"), Sys.getenv("PLUMBER_SHAREDSECRET"))
  }
  printing_settings <- function() {
    list(getOption("OutDec"), getOption("digits.secs"), getOption("scipen"), Sys.getenv("TZ"),
         Sys.getlocale("LC_CTYPE"))
  }
  as_environment <- function(values) list2env(values, parent = emptyenv())
  put <- function(name, value, env) assign(name, value, envir = env)
  delay <- function(name, expression, from, to) {
    do.call(delayedAssign, list(name, expression, eval.env = from, assign.env = to), quote = FALSE)
  }
  lock_binding <- function(symbol, env) lockBinding(symbol, env)
  lock_environment <- function(env) lockEnvironment(env)
  run_function <- function(f, args, envir) do.call(f, args, envir = envir)
  compiled_body <- function(f) body(f)
}

# Moves the functions and variables of a call's frame to a hashed environment. R searches a frame name by name, also for
# each function of base R that the frame's functions call.
by_hash <- function(frame) {
  env <- list2env(as.list(frame, all.names = TRUE), parent = parent.env(frame))
  for (name in ls(env, all.names = TRUE)) {
    value <- env[[name]]
    if (is.function(value) && identical(environment(value), frame)) env[[name]] <- with_environment(value, env)
  }
  worth_compiling(env)
}

# `environment<-` drops the compiled form of a function. R itself would compile most functions at their second call, but
# never the one that runs as long as the process.
with_environment <- function(f, env) {
  code <- compiled_body(f)
  if (typeof(code) == "bytecode") return(as.function(c(as.list(formals(f)), list(code)), env))
  environment(f) <- env
  f
}

# Functions that run many times for each request. A call of a function takes longer than what most of them do. They have
# neither variables of their own nor return().
inlined <- c("read_bytes", "bytes_words", "words_bytes", "write_bytes", "working_directory", "result_type",
             "bytes_value", "value_bytes", "values_of", "option", "parsing_settings", "printing_settings", "put",
             "delay", "places_in", "any_twice", "new_environment", "lock_binding", "lock_environment",
             "run_function", "wall_clock", "open_sinks", "message_sink", "is_promise", "is_sent", "is_same_request",
             "is_past", "called_route", "plan_holds", "step_holds", "enter_route", "leave_route", "forget_call",
             "sent_fields", "route_exchange", "find_endpoint", "step_args", "keeps_body", "body_args",
             "gateway_answer", "left_to_gateway", "is_printable", "prints_as_planned")

# Puts the expressions of these functions in place of their calls, in the functions of `env` with these names. An
# argument that is more than a name or a constant must be used once.
inline_calls <- function(env, names = ls(env, all.names = TRUE)) {
  known <- mget(intersect(inlined, ls(env)), env)
  # identical() has one as well, with more arguments in later versions of R.
  known$identical <- identical
  expand_parts <- function(expression) {
    for (i in seq_along(expression)) if (is.call(expression[[i]])) expression[[i]] <- expand(expression[[i]])
    expression
  }
  expand <- function(expression) {
    if (!is.call(expression)) return(expression)
    name <- expression[[1L]]
    # What it names is not a function.
    if (identical(name, quote(.Internal))) return(as.call(list(name, expand_parts(expression[[2L]]))))
    expression <- expand_parts(expression)
    f <- if (is.name(name)) known[[as.character(name)]]
    if (is.null(f)) return(expression)
    values <- formals(f)
    given <- as.list(match.call(f, expression))[-1L]
    values[names(given)] <- given
    for (name in names(values)) {
      uses <- sum(all.names(body(f)) == name)
      if (uses > 1L && is.call(values[[name]])) return(expression)
    }
    expand(with_arguments(body(f), as.list(values)))
  }
  for (name in names) {
    f <- env[[name]]
    if (is.function(f) && !is.primitive(f) && identical(environment(f), env)) body(env[[name]]) <- expand(body(f))
  }
  env
}

# Puts arguments in place of the names of parameters, but not in place of the name after `$`, as substitute() would.
with_arguments <- function(expression, values) {
  if (is.name(expression)) {
    name <- as.character(expression)
    return(if (name %in% names(values)) values[[name]] else expression)
  }
  if (!is.call(expression)) return(expression)
  parts <- as.list(expression)
  replaced <- if (identical(parts[[1L]], quote(`$`))) parts[1:2] else parts
  parts[seq_along(replaced)] <- lapply(replaced, with_arguments, values)
  as.call(parts)
}

# R compiles a function at its second call, but not if it is small and has no loop. This adds a loop that never runs to
# the functions of `env` with these names. The app's functions are not changed: compiled, they could name another call
# in an error.
worth_compiling <- function(env, names = ls(env, all.names = TRUE)) {
  for (name in names) {
    f <- env[[name]]
    if (!is.function(f) || is.primitive(f) || !identical(environment(f), env)) next
    if (typeof(compiled_body(f)) == "bytecode") next
    body(env[[name]]) <- call("{", quote(while (FALSE) NULL), body(f))
  }
  env
}

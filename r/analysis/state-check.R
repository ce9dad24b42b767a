# The State check: what in an app's code several workers would break, found without running it.
#
# A plumber API is one R process, so code may keep things in it from one request to the next. With several workers each
# has its own copy. This looks at every function that a request can reach and at what the app does while it loads.
# Needs syntax.R, app-files.R, scopes.R, targets.R, app-model.R, entry-points.R, load-walk.R, request-walk.R,
# state-changes.R and file-access.R.

opening_calls <- c("dbConnect", "dbPool", "hiredis", "redis_connection", "redisConnect", "mongo", "odbcConnect",
                   "odbcDriverConnect", "src_postgres", "src_mysql", "src_sqlite", "spark_connect", "socketConnection")
closing_calls <- c("dbDisconnect", "poolClose", "odbcClose", "spark_disconnect", "$disconnect", "$close", "close")


random_functions <- c("runif", "rnorm", "rbinom", "rpois", "rexp", "rgamma", "rbeta", "rt", "rchisq", "rweibull",
                      "rmultinom", "rlogis", "sample", "sample.int", "sample_n", "sample_frac", "slice_sample", "rgeom")

pool_starters <- c("plan", "makeCluster", "makePSOCKcluster", "makeForkCluster", "registerDoParallel")
job_starters <- c("r_bg", "r_process", "mcparallel", "later")
database_writers <- c("dbExecute", "dbWriteTable", "dbAppendTable", "dbSendStatement", "dbRemoveTable", "dbCreateTable")

load_calls_of_interest <- c(opening_calls, closing_calls, pool_starters, job_starters, "set.seed", "random_cookie_key")
request_calls_of_interest <- c("quit", "q", random_functions, pool_starters, job_starters)

keep_one <- "Run with --workers 1 to keep plumber's behaviour, or keep it where all workers see it: Redis, SQL or a cookie."

# A list of list(rule, severity, file, line, source, message, advice, reached), in the order of files and lines.
# `severity` is "warning" for what several workers break and "note" for what is only good to know.
app_hazards <- function(file, directory) {
  files <- read_app_files(file, directory)
  walk <- new_walk(app_model(files, directory))
  walk_load(walk)
  walk_requests(walk)
  found <- c(
    state_hazards(walk), file_hazards(walk), connection_hazards(walk), quit_hazards(walk), random_hazards(walk),
    process_hazards(walk), cookie_hazards(walk)
  )
  arrange_hazards(found)
}

arrange_hazards <- function(found) {
  key <- vapply(found, function(hazard) paste(hazard$rule, hazard$file, hazard$line), "")
  found <- found[!duplicated(key)]
  if (length(found) == 0L) return(list())
  place <- order(vapply(found, function(hazard) hazard$file, ""), vapply(found, function(hazard) hazard$line, 0L))
  found[place]
}

hazard <- function(walk, rule, severity, place, pattern, message, advice, reached = NULL) {
  file <- walk$model$files[[place$file]]
  line <- pinpoint(file$lines, place, pattern)
  list(rule = rule, severity = severity, file = file$shown, line = line, source = trimws(file$lines[[line]]),
       message = message, advice = advice, reached = reached)
}

# R keeps the place of a statement; the line in it that the finding is about is the first that has the pattern.
pinpoint <- function(lines, place, pattern) {
  at <- seq.int(place$first, min(place$last, length(lines)))
  code <- sub("#.*$", "", lines[at])
  for (one in pattern) {
    hit <- grep(one, code, useBytes = TRUE)
    if (length(hit) > 0L) return(at[[hit[[1L]]]])
  }
  at[[1L]]
}

# A name as a whole word of a regular expression.
word <- function(name) paste0("(^|[^A-Za-z0-9._])", gsub("([^A-Za-z0-9_])", "\\\\\\1", name), "($|[^A-Za-z0-9._])")

by <- function(label) if (is.null(label)) "" else sprintf(" (%s)", label)

state_hazards <- function(walk) {
  found <- lapply(walk$writes, function(write) {
    verdict <- judge_write(walk, write, walk$writes)
    if (is.null(verdict)) return(NULL)
    pattern <- c(paste0(word(write$pattern), ".*(<-|<<-|=|->)"), word(write$pattern), "<<-")
    text <- sub("^self\\[\\[\"(.*)\"\\]\\]$", "self$\\1", write$text)
    switch(verdict,
      state = hazard(walk, "process-state", "warning", write$place, pattern, sprintf(
        "`%s` is changed while a request runs%s: each worker has its own copy, so other requests may not see it.",
        text, by(write$label)), keep_one, write$label),
      cache = hazard(walk, "process-cache", "note", write$place, pattern, sprintf(
        "`%s` is filled in when it is missing%s: each worker does so for itself.", text, by(write$label)),
        "Nothing to do when it can be computed anew by each worker; set it at load to spare the first requests.",
        write$label),
      scratch = hazard(walk, "process-scratch", "note", write$place, pattern, sprintf(
        "`%s` is a global variable that is set before each use%s.", text, by(write$label)),
        "Nothing to do; a local variable would be clearer.", write$label)
    )
  })
  Filter(Negate(is.null), found)
}

file_hazards <- function(walk) {
  found <- lapply(walk$io, function(access) {
    verdict <- judge_file(access, walk$io)
    if (is.null(verdict)) return(NULL)
    guarded <- is_file_guarded(access)
    pattern <- word(access$name)
    what <- if (access$kind == "constant") sprintf("\"%s\"", access$text) else sprintf("the path `%s`", access$text)
    if (access$kind == "load") what <- "a temporary file whose name was chosen at load"
    if (verdict == "database") {
      careful <- guarded || access$kind == "shape"
      hazard(walk, "shared-file", if (careful) "note" else "warning", access$place, pattern, sprintf(
        "%s() writes %s%s, which is read elsewhere: workers can overwrite each other's changes or read half a file.",
        access$name, what, by(access$label)),
        paste("Run with --workers 1 to keep plumber's behaviour, or use a database; at least write to a temporary file",
              "and file.rename() it. Replicas on other machines do not see the file."), access$label)
    } else {
      careful <- guarded || access$append || access$kind == "load"
      hazard(walk, "fixed-path", if (careful) "note" else "warning", access$place, pattern, sprintf(
        if (access$append) "%s() appends to %s%s: all workers write to the same file."
        else "%s() writes %s%s: requests in several workers overwrite each other's file.",
        access$name, what, by(access$label)),
        if (access$append) "Write to stdout or stderr instead: Penstock logs both, with the worker and the request."
        else "Write to a path from tempfile(), chosen while the request runs.", access$label)
    }
  })
  Filter(Negate(is.null), found)
}

# if (!file.exists(path)) saveRDS(x, path): whoever comes first makes it.
is_file_guarded <- function(access) {
  !is.null(access$given) && paste0("file:", deparse1(access$given)) %in% access$guards
}

connection_hazards <- function(walk) {
  opened <- Filter(function(call) call$phase == "load" && call$name %in% opening_calls, walk$calls)
  writing <- any(database_writers %in% ls(walk$members))
  found <- lapply(opened, function(call) {
    database <- database_kind(call$call)
    pattern <- word(call$name)
    if (database == "memory") {
      if (writing) hazard(walk, "memory-database", "warning", call$place, pattern,
        "This database lives in the memory of one process and requests write to it: each worker has its own.", keep_one)
    } else if (is_closed_at_load(walk, call)) {
      NULL
    } else if (database == "exclusive") {
      hazard(walk, "exclusive-database", "warning", call$place, pattern,
        "A DuckDB file that is open for writing can be open in one process only: a second worker cannot load the app.",
        "Open it with read_only = TRUE, or run with --workers 1.")
    } else {
      hazard(walk, "connection-at-load", "note", call$place, pattern, sprintf(
        "%s() opens a connection while the app loads: every worker opens its own.", call$name),
        paste("Count workers x connections (x the size of a pool) against what the server allows. A connection cannot",
              "be shared by forked workers, so do not force --preload on."))
    }
  })
  Filter(Negate(is.null), found)
}

# Opened to read something while the app loads, and closed again.
is_closed_at_load <- function(walk, opened) {
  any(vapply(walk$calls, function(call) {
    call$phase == "load" && call$name %in% closing_calls && call$place$file == opened$place$file &&
      identical(call$scope, opened$scope)
  }, NA))
}

# "memory": in this process alone; "exclusive": one process at a time; "shared": any other.
database_kind <- function(call) {
  used <- all.names(call)
  if (!any(c("duckdb", "SQLite") %in% used)) return("shared")
  args <- database_arguments(call)
  path <- Filter(is.character, args)
  in_memory <- if (length(path) > 0L) path[[1L]] %in% c(":memory:", "") else length(args) == 0L
  if (in_memory) return("memory")
  if ("duckdb" %in% used && !isTRUE(args[["read_only"]])) "exclusive" else "shared"
}

# Those of dbConnect(driver(a), b) that say what is opened: a and b.
database_arguments <- function(call) {
  args <- call_arguments(call)
  drivers <- Filter(function(arg) is_call_to(arg, c("duckdb", "SQLite")), args)
  c(unlist(lapply(unname(drivers), call_arguments), recursive = FALSE), args[!args %in% drivers])
}

quit_hazards <- function(walk) {
  lapply(calls_in(walk, "request", c("quit", "q")), function(call) {
    hazard(walk, "quit-in-handler", "warning", call$place, word(call$name), sprintf(
      "%s() ends one worker only%s, and its place is taken by a new one.", call$name, by(call$label)),
      "To report an error use stop() or res$status; to stop the server, send it SIGTERM.", call$label)
  })
}

# One seed at load gives every worker the same "random" numbers.
random_hazards <- function(walk) {
  drawn <- calls_in(walk, "request", random_functions)
  if (length(drawn) == 0L) return(list())
  lapply(calls_in(walk, "load", "set.seed"), function(call) {
    hazard(walk, "random-seed", "note", call$place, word("set.seed"), sprintf(
      "The seed is set while the app loads and %s() draws from it%s: every worker draws the same numbers.",
      drawn[[1L]]$name, by(drawn[[1L]]$label)),
      "Set the seed in the handler where results must be repeatable, and nowhere else.", drawn[[1L]]$label)
  })
}

process_hazards <- function(walk) {
  multiplied <- Filter(starts_processes, calls_in(walk, c("load", "request"), pool_starters))
  jobs <- calls_in(walk, c("load", "request"), job_starters)
  c(
    lapply(multiplied, function(call) hazard(walk, "process-pool", "note", call$place, word(call$name), sprintf(
      "%s() starts processes of its own: every worker starts as many.", call$name),
      "Divide their number by that of the workers, or leave the parallelism to Penstock.", call$label)),
    lapply(jobs, function(call) hazard(walk, "background-job", "note", call$place, word(call$name), sprintf(
      "What %s() starts%s belongs to one worker: another one does not know of it.", call$name, by(call$label)),
      "Keep the state of jobs where all workers see it: files, Redis or SQL.", call$label))
  )
}

# plan(sequential) starts nothing, and `plan` may be anything else.
starts_processes <- function(call) {
  call$name != "plan" || any(c("multisession", "multicore", "multiprocess", "cluster", "callr") %in%
                               c(all.names(call$call), unlist(Filter(is.character, as.list(call$call)))))
}

cookie_hazards <- function(walk) {
  lapply(calls_in(walk, "load", "random_cookie_key"), function(call) {
    hazard(walk, "random-cookie-key", "warning", call$place, "random_cookie_key",
      "The key of the session cookies is drawn anew by each worker: a session of one is unreadable to the others.",
      "Draw it once and give it to all of them, say by Sys.getenv(\"COOKIE_KEY\") or from a file.")
  })
}

calls_in <- function(walk, phase, names) {
  Filter(function(call) call$phase %in% phase && call$name %in% names, walk$calls)
}

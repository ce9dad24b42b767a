# The state check: finds what several workers would break in an app, without running it.
#
# A plumber API is one R process, so its code can keep state between requests. With several workers each has its own
# copy. This checks every function that a request can reach, and what the app does while it loads: app-files.R reads the
# files, app-model.R finds the kind of each name, load-walk.R and request-walk.R walk the code, state-verdicts.R and
# file-access.R judge the results, hazard-rules.R has the messages.

opening_calls <- c(
  "dbConnect", "dbPool", "hiredis", "redis_connection", "redisConnect", "mongo", "gridfs", "odbcConnect",
  "odbcDriverConnect", "src_postgres", "src_mysql", "src_sqlite", "spark_connect", "socketConnection"
)
closing_calls <- c(
  "dbDisconnect", "poolClose", "odbcClose", "spark_disconnect", "$disconnect", "$close", "close"
)

random_functions <- c(
  "runif", "rnorm", "rbinom", "rpois", "rexp", "rgamma", "rbeta", "rt", "rchisq", "rweibull", "rmultinom",
  "rlogis", "sample", "sample.int", "sample_n", "sample_frac", "slice_sample", "rgeom"
)

pool_starters <- c("plan", "makeCluster", "makePSOCKcluster", "makeForkCluster", "registerDoParallel")
job_starters <- c("r_bg", "r_process", "mcparallel", "later")
database_writers <- c(
  "dbExecute", "dbWriteTable", "dbAppendTable", "dbSendStatement", "dbRemoveTable", "dbCreateTable"
)

# Functions of packages that draw identifiers and keys.
identifier_makers <- c(
  "UUIDgenerate", "uuid", "random_id", "rand_bytes", "random", "keygen", "stri_rand_strings", "rand_strings"
)
setting_calls <- c("options", "Sys.setenv")
memory_caches <- c("cache_mem", "memoise", "memoize")

load_calls_of_interest <- c(
  opening_calls, closing_calls, pool_starters, job_starters, memory_caches, "set.seed", "random_cookie_key"
)
request_calls_of_interest <- c(
  "quit", "q", "on.exit", random_functions, pool_starters, job_starters, setting_calls
)

# A list of list(rule, severity, file, line, source, message, advice, reached), in the order of files and lines.
app_hazards <- function(file, directory) {
  files <- read_app_files(file, directory)
  walk <- new_walk(app_model(files, directory))
  walk_load(walk)
  walk_requests(walk)
  checks <- list(
    state_hazards, file_hazards, connection_hazards, quit_hazards, random_hazards, process_hazards,
    cookie_hazards, setting_hazards, cache_hazards, drawn_hazards, framework_hazards
  )
  found <- unlist(lapply(checks, function(check) check(walk)), recursive = FALSE)
  arrange_hazards(Filter(Negate(is.null), found))
}

arrange_hazards <- function(found) {
  if (length(found) == 0L) return(list())
  files <- vapply(found, function(one) one$file, "")
  lines <- vapply(found, function(one) one$line, 0L)
  rules <- vapply(found, function(one) one$rule, "")
  found[setdiff(order(files, lines), which(duplicated(paste(rules, files, lines))))]
}

state_hazards <- function(walk) {
  lapply(walk$writes, function(write) {
    verdict <- judge_write(walk, write, walk$writes)
    if (is.null(verdict)) return(NULL)
    pattern <- c(paste0(word(write$pattern), ".*(<-|<<-|=|->)"), word(write$pattern), "<<-")
    text <- if (has_changing_key(write$text)) write$base else write$text
    what <- sub("^self\\[\\[\"(.*)\"\\]\\]$", "self$\\1", text)
    hazard(walk, paste0("process-", verdict), what, write$place, pattern, write$label)
  })
}

file_hazards <- function(walk) {
  lapply(walk$io, function(access) {
    verdict <- judge_file(access, walk$io)
    if (is.null(verdict)) return(NULL)
    path <- switch(access$kind,
      constant = sprintf("\"%s\"", access$text),
      load = "a temporary file whose name was chosen at load",
      sprintf("the path `%s`", access$text)
    )
    what <- sprintf("%s() writes %s", access$name, path)
    hazard(walk, verdict$rule, what, access$place, word(access$name), access$label, verdict$severity)
  })
}

connection_hazards <- function(walk) {
  writing <- any(database_writers %in% ls(walk$members))
  lapply(calls_in(walk, "load", opening_calls), function(call) {
    rule <- switch(database_kind(call$call),
      memory = if (writing) "memory-database",
      exclusive = if (!is_closed_at_load(walk, call)) "exclusive-database",
      shared = if (!is_closed_at_load(walk, call)) "connection-at-load"
    )
    if (!is.null(rule)) call_hazard(walk, rule, call)
  })
}

# Whether a connection is closed again while the app loads.
is_closed_at_load <- function(walk, opened) {
  any(vapply(calls_in(walk, "load", closing_calls), function(call) {
    call$place$file == opened$place$file && identical(call$scope, opened$scope)
  }, NA))
}

# "memory": only in this process; "exclusive": one process at a time; "shared": any other.
database_kind <- function(call) {
  used <- all.names(call)
  if (!any(c("duckdb", "SQLite") %in% used)) return("shared")
  args <- database_arguments(call)
  path <- Filter(is.character, args)
  in_memory <- if (length(path) > 0L) path[[1L]] %in% c(":memory:", "") else length(args) == 0L
  if (in_memory) return("memory")
  if ("duckdb" %in% used && !isTRUE(args[["read_only"]])) "exclusive" else "shared"
}

# The arguments of dbConnect(driver(a), b) that name the database: a and b.
database_arguments <- function(call) {
  args <- call_arguments(call)
  drivers <- Filter(function(arg) is_call_to(arg, c("duckdb", "SQLite")), args)
  c(unlist(lapply(unname(drivers), call_arguments), recursive = FALSE), args[!args %in% drivers])
}

quit_hazards <- function(walk) {
  lapply(calls_in(walk, "request", c("quit", "q")), call_hazard, walk = walk, rule = "quit-in-handler")
}

# A seed at load gives every worker the same random numbers.
random_hazards <- function(walk) {
  drawn <- calls_in(walk, "request", random_functions)
  if (length(drawn) == 0L) return(list())
  lapply(calls_in(walk, "load", "set.seed"), function(call) {
    hazard(walk, "random-seed", drawn[[1L]]$name, call$place, word("set.seed"), drawn[[1L]]$label)
  })
}

process_hazards <- function(walk) {
  both <- c("load", "request")
  pools <- Filter(starts_processes, calls_in(walk, both, pool_starters))
  c(
    lapply(pools, call_hazard, walk = walk, rule = "process-pool"),
    lapply(calls_in(walk, both, job_starters), call_hazard, walk = walk, rule = "background-job")
  )
}

# Only some plans start processes, and `plan` may be anything else.
starts_processes <- function(call) {
  plans <- c("multisession", "multicore", "multiprocess", "cluster", "callr")
  given <- c(all.names(call$call), unlist(Filter(is.character, as.list(call$call))))
  call$name != "plan" || any(plans %in% given)
}

cookie_hazards <- function(walk) {
  lapply(calls_in(walk, "load", "random_cookie_key"), call_hazard, walk = walk, rule = "random-cookie-key")
}

# Options and environment variables that a handler sets and does not restore.
setting_hazards <- function(walk) {
  restored <- vapply(calls_in(walk, "request", "on.exit"), function(call) call$fn, 0L)
  lapply(calls_in(walk, "request", setting_calls), function(call) {
    named <- names2(call_arguments(call$call))
    if (any(named != "") && !call$fn %in% restored) call_hazard(walk, "process-setting", call)
  })
}

cache_hazards <- function(walk) {
  lapply(calls_in(walk, "load", memory_caches), function(call) {
    on_disk <- call$name != "cache_mem" && "cache" %in% names(call$call)
    if (!on_disk) call_hazard(walk, "memory-cache", call)
  })
}

# Values drawn at load that requests read. A seed makes them the same everywhere.
drawn_hazards <- function(walk) {
  if (length(calls_in(walk, "load", "set.seed")) > 0L) return(list())
  makers <- c(random_functions, identifier_makers)
  found <- lapply(ls(walk$reached, all.names = TRUE), function(name) {
    lapply(bindings_of(walk$model, name), function(binding) {
      value <- binding$value
      drawn <- is.call(value) && !is_function_literal(value) && any(makers %in% all.names(value))
      if (drawn) hazard(walk, "drawn-at-load", name, binding$place, word(name), walk$reached[[name]])
    })
  })
  unlist(found, recursive = FALSE)
}

call_hazard <- function(walk, rule, call) {
  hazard(walk, rule, call$name, call$place, word(call$name), call$label)
}

calls_in <- function(walk, phase, names) {
  Filter(function(call) call$phase %in% phase && call$name %in% names, walk$calls)
}

# The table of the state check's findings: severity, message and advice.
#
# `severity` is "warning" for what several workers break and "note" for information. The message gets what was found
# and the route where it was found.

keep_elsewhere <- paste(
  "Run with --workers 1 to keep plumber's behaviour, or store it where all workers see it: Redis, SQL",
  "or a cookie."
)

hazard_rules <- list(
  "process-state" = list(
    severity = "warning",
    message = paste(
      "`%s` is changed while a request runs%s: each worker has its own copy, so other requests may not",
      "see it."
    ),
    advice = keep_elsewhere
  ),
  "process-cache" = list(
    severity = "note",
    message = "`%s` is filled when it is missing%s: each worker fills its own copy.",
    advice = "Nothing to do if each worker can compute it. Set it at load to make the first requests faster."
  ),
  "process-scratch" = list(
    severity = "note",
    message = "`%s` is a global variable that is set before each use%s.",
    advice = "Nothing to do. A local variable would be clearer."
  ),
  "shared-file" = list(
    severity = "warning",
    message = paste(
      "%s%s, which is read elsewhere: workers can overwrite each other's changes or read half a file."
    ),
    advice = paste(
      "Run with --workers 1 to keep plumber's behaviour, or use a database. At least write to a temporary",
      "file and file.rename() it. Replicas on other machines do not see the file."
    )
  ),
  "fixed-path" = list(
    severity = "warning",
    message = "%s%s: requests in several workers overwrite each other's file.",
    advice = "Write to a path from tempfile(), chosen while the request runs."
  ),
  "shared-log" = list(
    severity = "note",
    message = "%s%s: all workers append to the same file.",
    advice = "Write to stdout or stderr instead: Penstock logs both, with the worker and the request."
  ),
  "connection-at-load" = list(
    severity = "note",
    message = "%s() opens a connection while the app loads%s: every worker opens its own.",
    advice = paste(
      "Compare workers x connections (x the size of a pool) with the limit of the server. Forked workers",
      "cannot share a connection, so do not set --preload on."
    )
  ),
  "memory-database" = list(
    severity = "warning",
    message = "The database of %s() is in the memory of one process%s, and requests write to it.",
    advice = keep_elsewhere
  ),
  "exclusive-database" = list(
    severity = "warning",
    message = paste(
      "%s() opens a DuckDB file for writing%s, which only one process can do: a second worker cannot load",
      "the app."
    ),
    advice = "Open it with read_only = TRUE, or run with --workers 1."
  ),
  "quit-in-handler" = list(
    severity = "warning",
    message = "%s() ends only one worker%s, and a new one replaces it.",
    advice = "To report an error use stop() or res$status; to stop the server, send it SIGTERM."
  ),
  "random-seed" = list(
    severity = "note",
    message = paste(
      "The seed is set while the app loads and %s() draws from it%s: workers that load the app themselves all draw",
      "the same numbers, and forked workers different ones."
    ),
    advice = "Set the seed only in handlers whose results must be repeatable."
  ),
  "process-pool" = list(
    severity = "note",
    message = "%s() starts processes%s: every worker starts as many.",
    advice = "Divide their number by the number of workers, or leave the parallelism to Penstock."
  ),
  "background-job" = list(
    severity = "note",
    message = "What %s() starts%s belongs to one worker: the others do not know about it.",
    advice = "Store the state of jobs where all workers see it: files, Redis or SQL."
  ),
  "process-setting" = list(
    severity = "note",
    message = "What %s() sets%s stays set in this worker only, also for later requests.",
    advice = "Set it while the app loads, or restore it with on.exit()."
  ),
  "memory-cache" = list(
    severity = "note",
    message = "The cache of %s() is in the memory of one process%s: each worker fills its own copy.",
    advice = "Nothing to do if each worker can compute it. A cache on disk or in Redis is shared."
  ),
  "drawn-at-load" = list(
    severity = "note",
    message = paste(
      "`%s` is drawn at random while the app loads%s: workers that load the app themselves, and replicas, have",
      "different values."
    ),
    advice = "If all must have the same value, read it from an environment variable or a file."
  ),
  "shiny-port" = list(
    severity = "warning",
    message = "Each worker starts the Shiny app, all on the same port: only one worker can.",
    advice = "Run the Shiny app by itself, and forward to it with @forward. Or run with --workers 1."
  ),
  "report-cache" = list(
    severity = "note",
    message = "Each worker renders the report and caches it in a temporary folder of its own.",
    advice = "Nothing to do if rendering is fast enough. Otherwise render it beforehand and serve the file."
  ),
  "memory-datastore" = list(
    severity = "warning",
    message = "The datastore is in the memory of one process: a client finds its data only if it gets the same worker.",
    advice = "Use a driver that all workers share, such as storr::driver_rds() or storr::driver_dbi()."
  ),
  "timer-in-each-worker" = list(
    severity = "note",
    message = "Each worker runs the task of this timer.",
    advice = "Nothing to do if that does no harm. Otherwise run the task in a process of its own."
  ),
  "random-cookie-key" = list(
    severity = "warning",
    message = paste(
      "%s() draws a key for session cookies while the app loads%s: workers that load the app themselves cannot read",
      "each other's sessions, and no worker reads those from before a restart or a reload."
    ),
    advice = "Draw it once and give it to all workers, for example with Sys.getenv(\"COOKIE_KEY\") or in a file."
  )
)

# A finding. place: the lines of its statement; pattern: a regular expression for its line
hazard <- function(walk, rule, what, place, pattern, label = NULL, severity = NULL) {
  file <- walk$model$files[[place$file]]
  line <- pinpoint(file$lines, place, pattern)
  entry <- hazard_rules[[rule]]
  list(
    rule = rule,
    severity = if (is.null(severity)) entry$severity else severity,
    file = file$shown,
    line = line,
    source = trimws(file$lines[[line]]),
    message = sprintf(entry$message, what, if (is.null(label)) "" else sprintf(" (%s)", label)),
    advice = entry$advice,
    reached = label
  )
}

# The first line of a statement that matches a pattern: R only keeps the lines of whole statements.
pinpoint <- function(lines, place, pattern) {
  at <- seq.int(place$first, min(place$last, length(lines)))
  code <- sub("#.*$", "", lines[at])
  for (one in pattern) {
    hit <- grep(one, code, useBytes = TRUE)
    if (length(hit) > 0L) return(at[[hit[[1L]]]])
  }
  at[[1L]]
}

# A regular expression for a name as a whole word.
word <- function(name) {
  escaped <- gsub("([^A-Za-z0-9_])", "\\\\\\1", name, useBytes = TRUE)
  paste0("(^|[^A-Za-z0-9._])", escaped, "($|[^A-Za-z0-9._])")
}

# The one table of what the State check finds: how bad it is, what to say and what to advise.
#
# `severity` is "warning" for what several workers break and "note" for what is only good to know. The message is
# filled in with what was found and with the route where it was found.

keep_elsewhere <- paste(
  "Run with --workers 1 to keep plumber's behaviour, or keep it where all workers see it: Redis, SQL",
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
    message = "`%s` is filled in when it is missing%s: each worker does so for itself.",
    advice = paste(
      "Nothing to do when each worker can compute it anew; set it at load to spare the first requests."
    )
  ),
  "process-scratch" = list(
    severity = "note",
    message = "`%s` is a global variable that is set before each use%s.",
    advice = "Nothing to do; a local variable would be clearer."
  ),
  "shared-file" = list(
    severity = "warning",
    message = paste(
      "%s%s, which is read elsewhere: workers can overwrite each other's changes or read half a file."
    ),
    advice = paste(
      "Run with --workers 1 to keep plumber's behaviour, or use a database; at least write to a temporary",
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
      "Count workers x connections (x the size of a pool) against what the server allows. Forked workers",
      "cannot share a connection, so do not force --preload on."
    )
  ),
  "memory-database" = list(
    severity = "warning",
    message = "The database of %s() lives in the memory of one process%s, and requests write to it.",
    advice = keep_elsewhere
  ),
  "exclusive-database" = list(
    severity = "warning",
    message = paste(
      "%s() opens a DuckDB file for writing%s, which one process only can do: a second worker cannot load",
      "the app."
    ),
    advice = "Open it with read_only = TRUE, or run with --workers 1."
  ),
  "quit-in-handler" = list(
    severity = "warning",
    message = "%s() ends one worker only%s, and its place is taken by a new one.",
    advice = "To report an error use stop() or res$status; to stop the server, send it SIGTERM."
  ),
  "random-seed" = list(
    severity = "note",
    message = paste(
      "The seed is set while the app loads and %s() draws from it%s: every worker draws the same numbers."
    ),
    advice = "Set the seed in the handler where results must be repeatable, and nowhere else."
  ),
  "process-pool" = list(
    severity = "note",
    message = "%s() starts processes of its own%s: every worker starts as many.",
    advice = "Divide their number by that of the workers, or leave the parallelism to Penstock."
  ),
  "background-job" = list(
    severity = "note",
    message = "What %s() starts%s belongs to one worker: another one does not know of it.",
    advice = "Keep the state of jobs where all workers see it: files, Redis or SQL."
  ),
  "random-cookie-key" = list(
    severity = "warning",
    message = paste(
      "%s() draws the key of the session cookies anew in each worker%s: a session of one is unreadable to",
      "the others."
    ),
    advice = "Draw it once and give it to all of them, say by Sys.getenv(\"COOKIE_KEY\") or from a file."
  )
)

# One finding. `place` is where R knows it to be, `pattern` what stands in its very line.
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
word <- function(name) {
  escaped <- gsub("([^A-Za-z0-9_])", "\\\\\\1", name, useBytes = TRUE)
  paste0("(^|[^A-Za-z0-9._])", escaped, "($|[^A-Za-z0-9._])")
}

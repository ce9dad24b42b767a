# What breaks with several workers in apps of plumber2 and fiery: annotations, and calls that do the same. Found line by
# line, because R sees no annotations.

framework_hazard_patterns <- list(
  "shiny-port" = c("^#\\*\\s*@shiny\\b", "^[^#]*\\bapi_shiny\\s*\\("),
  "report-cache" = c("^#\\*\\s*@report\\b", "^[^#]*\\bapi_report\\s*\\("),
  "memory-datastore" = c(
    "^#\\*\\s*@datastore\\b.*driver_environment", "^[^#]*\\bapi_datastore\\s*\\(.*driver_environment"
  ),
  "timer-in-each-worker" = "^[^#]*\\$time\\s*\\("
)

framework_hazards <- function(walk) {
  unlist(lapply(walk$model$files, function(file) {
    rules <- names(framework_hazard_patterns)
    # Other packages have a $time() as well.
    if (!any(grepl("fiery|plumber2", file$lines, useBytes = TRUE))) rules <- setdiff(rules, "timer-in-each-worker")
    unlist(lapply(rules, function(rule) {
      lines <- unlist(lapply(framework_hazard_patterns[[rule]], grep, x = file$lines, perl = TRUE, useBytes = TRUE))
      lapply(lines, function(line) line_hazard(rule, file, line))
    }), recursive = FALSE)
  }), recursive = FALSE)
}

line_hazard <- function(rule, file, line) {
  entry <- hazard_rules[[rule]]
  list(
    rule = rule, severity = entry$severity, file = file$shown, line = as.integer(line),
    source = trimws(file$lines[[line]]), message = entry$message, advice = entry$advice, reached = NULL
  )
}

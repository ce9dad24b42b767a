# The analysis of code, loaded as a worker loads it.
fixtures <- normalizePath(file.path("..", "fixtures"))
loader <- new.env(parent = baseenv())
sys.source(file.path("..", "..", "r", "hazards.R"), envir = loader)
analysis <- loader$load_analysis(file.path("..", "..", "r", "analysis"))

# The first line of a fixture says what it is about.
promise_of <- function(file) {
  first <- readLines(file, n = 1L, warn = FALSE, encoding = "UTF-8")
  if (length(first) == 1L && startsWith(first, "# ")) sub("^# ", "", first) else basename(file)
}

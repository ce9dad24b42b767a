# The state check, see analysis/state-check.R. It is loaded at its first use, because only one worker needs it, and into
# an environment of its own.

penstock_hazards <- function(file, directory) {
  # To compile this code takes ten times as long as to run it once, and a worker's start waits for it.
  previous <- compiler::enableJIT(0L)
  on.exit(compiler::enableJIT(previous))
  load_analysis()$app_hazards(file, directory)
}

# The folder is that of the script that R was started with, worker.R or doctor.R.
load_analysis <- function(folder = file.path(script_folder(), "analysis")) {
  analysis <- new.env(parent = baseenv())
  for (file in c(file.path(folder, "..", "source-text.R"), list.files(folder, "\\.R$", full.names = TRUE))) {
    sys.source(file, envir = analysis, keep.source = FALSE)
  }
  analysis
}

script_folder <- function() {
  dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1L]))
}

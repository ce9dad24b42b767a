# What `penstock doctor` asks R: started as `Rscript doctor.R RESULT DIRECTORY [FILE]` with the app's folder
# as working directory, so that the project's own .Rprofile (and with it renv) says where packages are
# looked for. Writes the answer to the file RESULT, because R code of the project may print anything.
local({
  # What a namespace does when it is loaded may fail in ways of its own.
  loads <- function(package) {
    failure <- tryCatch({
      suppressPackageStartupMessages(loadNamespace(package))
      NULL
    }, error = conditionMessage)
    list(loads = is.null(failure), message = failure)
  }
  args <- commandArgs(TRUE)
  folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1L]))
  doctor <- new.env(parent = baseenv())
  sys.source(file.path(folder, "hazards.R"), envir = doctor)
  compiler::enableJIT(0L)
  analysis <- doctor$load_analysis()
  file <- if (length(args) > 2L) args[[3L]]
  answer <- list(
    version = as.character(getRversion()),
    program = file.path(R.home("bin"), "Rscript"),
    libraries = as.list(.libPaths()),
    renv = file.exists("renv.lock") || "renv" %in% loadedNamespaces(),
    plumber = loads("plumber"),
    needs = analysis$app_packages(file, args[[2L]]),
    hazards = if (!is.null(file)) analysis$app_hazards(file, args[[2L]])
  )
  writeBin(serialize(answer, NULL, xdr = FALSE), args[[1L]])
})

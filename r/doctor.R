# The R side of `penstock doctor`. Started as `Rscript doctor.R RESULT DIRECTORY ENGINE [FILE]` in the app's project, so
# that the project's own .Rprofile (and with it renv) decides where R looks for packages. ENGINE is the package that
# serves the app. Writes its result to the file RESULT, because R code of the project may print anything.
local({
  # Loading a namespace runs its own code, which may fail.
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
  engine <- args[[3L]]
  file <- if (length(args) > 3L) args[[4L]]
  # A saved model needs the packages of its classes, and no plumber. Loading them shows whether it can predict.
  model_needs <- function(file) {
    for (name in c("model-file.R", "model-schema.R", "model-variables.R", "model-kinds.R")) {
      sys.source(file.path(folder, name), envir = doctor)
    }
    opened <- tryCatch(doctor$read_model(file), error = identity)
    failure <- function(e) list(file = basename(file), line = NULL, message = conditionMessage(e))
    if (inherits(opened, "error")) return(list(packages = list(), errors = list(failure(opened))))
    packages <- lapply(doctor$packages_of(opened), function(name) {
      installed <- nzchar(system.file(package = name))
      version <- if (installed) as.character(utils::packageVersion(name))
      list(name = name, installed = installed, version = version, wanted = NULL, required = TRUE,
           file = basename(file), line = NULL)
    })
    loaded <- if (all(vapply(packages, function(one) one$installed, NA))) {
      tryCatch(doctor$load_model(file), error = identity)
    }
    list(packages = packages, errors = if (inherits(loaded, "error")) list(failure(loaded)) else list())
  }
  is_folder <- length(args) > 3L && dir.exists(file)
  is_model <- is_folder || length(args) > 3L && grepl("\\.rds$", file, ignore.case = TRUE)
  models_need <- function() {
    files <- file
    if (is_folder) files <- list.files(file, "\\.rds$", full.names = TRUE, recursive = TRUE, ignore.case = TRUE)
    found <- lapply(files, model_needs)
    packages <- unlist(lapply(found, function(one) one$packages), recursive = FALSE)
    names <- vapply(packages, function(one) one$name, "")
    errors <- unlist(lapply(found, function(one) one$errors), recursive = FALSE)
    list(packages = packages[!duplicated(names)], errors = errors)
  }
  answer <- list(
    version = as.character(getRversion()),
    program = file.path(R.home("bin"), "Rscript"),
    libraries = as.list(.libPaths()),
    renv = file.exists("renv.lock") || "renv" %in% loadedNamespaces(),
    engine = c(list(name = engine), loads(engine)),
    needs = if (is_model) models_need() else analysis$app_packages(file, args[[2L]], getwd(), engine),
    hazards = if (!is.null(file) && !is_model) analysis$app_hazards(file, args[[2L]]),
    outside = if (!is.null(file) && !is_model) analysis$files_outside(file, args[[2L]])
  )
  writeBin(serialize(answer, NULL, xdr = FALSE), args[[1L]])
})

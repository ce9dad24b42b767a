# Reads a saved model, and finds the packages that it needs and its predict method.

# Classes whose predict method is in a package that the object does not name.
model_packages <- c(
  randomForest = "randomForest", ranger = "ranger", rpart = "rpart", gam = "mgcv", bam = "mgcv", nnet = "nnet",
  multinom = "nnet", coxph = "survival", survreg = "survival", xgb.Booster = "xgboost", glmnet = "glmnet",
  cv.glmnet = "glmnet", workflow = "workflows", model_fit = "parsnip", train = "caret", svm = "e1071",
  naiveBayes = "e1071", lmerMod = "lme4", glmerMod = "lme4", merMod = "lme4", lda = "MASS", qda = "MASS",
  negbin = "MASS", polr = "MASS", rlm = "MASS", gbm = "gbm", ksvm = "kernlab", loess = "stats", lme = "nlme",
  gls = "nlme", earth = "earth", lgb.Booster = "lightgbm", catboost.Model = "catboost", model_stack = "stacks",
  kmeans = "clue", kknn = "kknn", cforest = "partykit", ctree = "partykit", party = "partykit", C5.0 = "C50",
  cubist = "Cubist", luz_module_fitted = "luz"
)

# Reads the file. Its errors say what is wrong and how to write the file.
read_model <- function(file) {
  if (dir.exists(file)) stop(basename(file), " is a directory", call. = FALSE)
  object <- tryCatch(readRDS(file), error = function(e) stop(not_a_model(file, e), call. = FALSE))
  open_model(object)
}

not_a_model <- function(file, e) {
  name <- basename(file)
  if (file.access(file, 4L) != 0L) return(paste0(name, ": permission denied"))
  if (file.size(file) == 0) return(paste(name, "is empty"))
  # gzfile() reads uncompressed files too. A file of save() begins with its own signature.
  start <- tryCatch({
    con <- gzfile(file, "rb")
    on.exit(close(con))
    suppressWarnings(readBin(con, "raw", 5L))
  }, error = function(e) raw())
  if (length(start) == 5L && grepl("^RD[ABX][23]$", rawToChar(start[start != 0L][1:4]))) {
    objects <- new.env()
    suppressWarnings(tryCatch(load(file, objects), error = function(e) NULL))
    read <- paste0("load(\"", name, "\")")
    return(paste(name, "was written by save(), and", how_to_extract(mget(ls(objects), objects), file, read)))
  }
  paste0(
    name, " is not a readable RDS file: ", conditionMessage(e),
    ". Write it with saveRDS(model, \"", name, "\")"
  )
}

# What a file with several objects holds, and the commands to write the model alone and to serve it.
# read: the R code that reads the file; prefix: what stands before the name of an object then
how_to_extract <- function(objects, file, read, prefix = "") {
  is_model <- function(one) {
    is.object(one) && !is.data.frame(one) && (any(class(one) %in% names(model_packages)) || has_predict(one))
  }
  models <- names(objects)[vapply(objects, is_model, NA)]
  held <- vapply(names(objects), function(name) paste0(name, " (", class(objects[[name]])[1L], ")"), "")
  held <- c(utils::head(held, 20L), if (length(held) > 20L) paste(length(held) - 20L, "more"))
  model <- if (length(models)) deparse(as.name(models[1L]), backtick = TRUE) else "MODEL"
  target <- paste0(sub("\\.[^.]*$", "", basename(file)), "-model.rds")
  code <- paste0(read, "; saveRDS(", prefix, model, ", \"", target, "\")")
  quoted <- function(text) paste0("'", gsub("'", "'\\''", text, fixed = TRUE), "'")
  shown <- if (grepl("[^A-Za-z0-9._-]", target)) quoted(target) else target
  paste0(
    "holds ", if (length(held)) paste(held, collapse = ", ") else "nothing",
    if (length(models) > 1L) ". Choose one of its models, write it alone, and serve it, for example:\n"
    else ". Write the model alone, and serve it:\n",
    "  Rscript -e ", quoted(code), "\n  penstock serve ", shown, "\n"
  )
}

# Unwraps a saved object: vetiver models hold more than the model, and bundles must be unbundled. Returns
# list(model, prototype, name, description, metadata).
open_model <- function(object) {
  # vetiver_pin_write() writes a plain list.
  pinned <- is.list(object) && !is.object(object) && setequal(names(object), c("model", "prototype"))
  wrapped <- pinned || inherits(object, "vetiver_model")
  model <- if (wrapped) object$model else object
  if (inherits(model, "bundle")) {
    # As in bundled_luz_module_fitted.
    inner <- sub("^bundled_", "", class(model)[1L])
    need_packages(c("bundle", model_packages[names(model_packages) == inner]), class(model)[1L])
    model <- bundle::unbundle(model)
  } else {
    refuse_pointers(model)
  }
  list(
    model = model,
    prototype = if (wrapped) object$prototype,
    name = if (wrapped) object$model_name,
    description = if (wrapped) object$description,
    metadata = if (wrapped) object$metadata
  )
}

# Classes whose objects are in the memory of a library outside of R: saveRDS() writes a pointer to it, not the model.
pointer_classes <- c(
  nn_module = "torch", luz_module_fitted = "luz", keras.engine.training.Model = "keras",
  keras.src.models.model.Model = "keras3", H2OModel = "h2o", catboost.Model = "catboost"
)

# How to load those that the package bundle does not know.
pointer_loaders <- c(torch = "torch::torch_load()", catboost = "catboost::catboost.load_model()")

refuse_pointers <- function(model) {
  fit <- if (inherits(model, "workflow")) model$fit$fit$fit else if (inherits(model, "model_fit")) model$fit
  for (part in list(model, fit)) {
    class <- intersect(if (isS4(part)) methods::is(part) else class(part), names(pointer_classes))
    if (length(class) == 0L) next
    package <- pointer_classes[[class[1L]]]
    stop(
      "a model of ", package, " (class ", class[1L], ") is not in the file: saveRDS() only writes a pointer to the ",
      "memory of the session that trained it. ",
      if (package %in% names(pointer_loaders)) {
        paste0("Load it in a plumber file, with ", pointer_loaders[[package]])
      } else {
        "Save it in that session as a bundle:\n  saveRDS(bundle::bundle(model), \"model.rds\")"
      }, call. = FALSE
    )
  }
}

# The packages of the model's classes, and of the model inside a workflow or a fit of parsnip.
packages_of <- function(opened) {
  model <- opened$model
  known <- model_packages[intersect(class(model), names(model_packages))]
  inner <- if (inherits(model, "workflow")) model$fit$fit$fit else if (inherits(model, "model_fit")) model$fit
  known <- c(known, model_packages[intersect(class(inner), names(model_packages))])
  if (inherits(model, "workflow") && inherits(model$pre$actions$recipe, "action_recipe")) known <- c(known, "recipes")
  # An S4 class names its package.
  s4 <- attr(class(model), "package")
  unique(c(opened$metadata$required_pkgs, unname(known), if (!s4 %in% c(".GlobalEnv", NULL) && length(s4)) s4))
}

# Attaches the packages: formulas call their functions by name, and S4 generics are only found if attached.
need_packages <- function(packages, class) {
  missing <- packages[!vapply(packages, function(name) nzchar(system.file(package = name)), NA)]
  if (length(missing)) {
    stop(
      "A model of class ", class, " needs the R package", if (length(missing) > 1L) "s", " ",
      paste(missing, collapse = ", "), ", which ", if (length(missing) > 1L) "are" else "is",
      " not installed. Install with\n",
      "  apt-get install ", paste0("r-cran-", tolower(missing), collapse = " "), "\nif Debian has it, or with\n",
      "  Rscript -e 'install.packages(", if (length(missing) > 1L) "c(",
      paste0("\"", missing, "\"", collapse = ", "), if (length(missing) > 1L) ")", ")'",
      call. = FALSE
    )
  }
  for (name in packages) {
    tryCatch(
      suppressPackageStartupMessages(attachNamespace(name)),
      error = function(e) if (!paste0("package:", name) %in% search()) stop(e)
    )
  }
}

# Whether predict() has a method for the model.
has_predict <- function(model) {
  classes <- class(model)
  if (isS4(model)) {
    classes <- methods::is(model)
    generic <- get("predict", globalenv())
    if (methods::is(generic, "genericFunction") && any(vapply(classes, function(name) {
      methods::existsMethod(generic, name)
    }, NA))) return(TRUE)
  }
  if (!is.null(kind_of(model)$call)) return(TRUE)
  any(vapply(classes, function(name) !is.null(utils::getS3method("predict", name, TRUE, globalenv())), NA))
}

# The opened model, ready to predict. packages: more packages, from the configuration
load_model <- function(file, packages = character()) {
  opened <- read_model(file)
  class <- class(opened$model)[1L]
  if (class == "list" && !is.null(names(opened$model))) {
    read <- paste0("x <- readRDS(\"", basename(file), "\")")
    stop(basename(file), " is a list: it ", how_to_extract(opened$model, file, read, "x$"), call. = FALSE)
  }
  needed <- unique(c(packages, packages_of(opened)))
  need_packages(needed, class)
  if (!has_predict(opened$model)) {
    stop(
      basename(file), " holds an object of class ", paste(class(opened$model), collapse = "/"),
      ", which has no predict method. If a package has one, add the package to `packages:` of `model:` in ",
      "penstock.yaml", call. = FALSE
    )
  }
  opened$packages <- needed
  opened
}

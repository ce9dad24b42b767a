# Apps that are saved models: loaded once, then one unit of work is list(model, version, options, data), where data is a
# data frame whose columns have the types of the model's schema. The answer is list(columns), or
# list(NULL, message) where predict() has failed.

load_served <- function(name, version, file, packages) {
  opened <- load_model(file, packages)
  model <- opened$model
  kind <- kind_of(model)
  prototype <- opened$prototype
  fields <- if (is.data.frame(prototype)) frame_fields(prototype, strict = TRUE) else kind_part(kind, "fields", model)
  opened$kind <- kind
  opened$name <- if (is.null(opened$name)) name else opened$name
  opened$version <- version
  opened$fields <- fields
  opened$types <- kind_part(kind, "types", model)
  opened
}

# What the gateway needs to know of it.
describe_model <- function(served) {
  model <- served$model
  kind <- served$kind
  trial <- try_model(served)
  list(
    name = served$name, version = served$version,
    class = as.list(class(model)),
    description = if (is.null(served$description)) describe_class(model) else as.character(served$description),
    packages = as.list(served$packages),
    fields = served$fields,
    types = if (!is.null(served$types)) as.list(names(served$types)),
    default_type = kind_part(kind, "default", model),
    intervals = as.list(kind_part(kind, "intervals", model)),
    nulls = kind_part(kind, "nulls", model),
    metadata = served$metadata[intersect(names(served$metadata), c("user", "version", "url", "required_pkgs"))],
    outputs = trial$outputs, trial_failure = trial$failure
  )
}

describe_class <- function(model) {
  class <- class(model)[1L]
  article <- if (grepl("^[aeiou]", class)) "An" else "A"
  family <- if (inherits(model, "glm")) tryCatch(stats::family(model), error = function(e) NULL)
  detail <- if (!is.null(family)) paste0(" (", family$family, ", ", family$link, " link)") else ""
  paste0(article, " model of class ", class, detail)
}

# One prediction for an example row shows what comes out, and makes R load what it loads at the first one.
try_model <- function(served) {
  fields <- served$fields
  if (is.null(fields) || any(vapply(fields, function(field) field$type == "unknown", NA))) return(NULL)
  tryCatch({
    columns <- predict_columns(served, example_frame(fields), list())
    list(outputs = lapply(names(columns), function(name) {
      x <- columns[[name]]
      list(name = name, type = if (is.factor(x)) "factor" else typeof(x), levels = if (is.factor(x)) levels(x))
    }))
  }, error = function(e) list(failure = conditionMessage(e)))
}

predict_engine <- function(models) {
  engine(function(call) {
    served <- models[[paste(call[[1L]], call[[2L]])]]
    if (is.null(served)) stop("there is no model ", call[[1L]], " version ", call[[2L]])
    list(predict_columns(served, call[[4L]], call[[3L]]))
  }, failed = function(e) list(NULL, conditionMessage(e)))
}

# models: list of list(name, version, file)
load_models <- function(settings) {
  app <- settings$app
  name <- sub("\\.rds$", "", basename(app$file), ignore.case = TRUE)
  served <- load_served(name, "1", app$file, settings$packages)
  models <- list(served)
  names(models) <- vapply(models, function(one) paste(one$name, one$version), "")
  models
}

model_app <- function(settings, step) {
  step("app")
  models <- load_models(settings)
  step("serve")
  manifest <- list(r_version = as.character(getRversion()), models = unname(lapply(models, describe_model)))
  function(con) {
    write_frame(con, frame_types$ready, 0L, manifest)
    engines <- list()
    engines[[frame_types$predict]] <- predict_engine(models)
    serve_frames(con, engines)
  }
}

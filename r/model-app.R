# Apps that are saved models. One request of R is a prediction of one model for one data frame, whose columns have the
# types of the model's schema: see `predict` and `prediction` in src/protocol/payloads.ts.

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
  opened$args <- kind_part(kind, "args", model)
  opened
}

# What the gateway needs to know about a model.
describe_model <- function(served) {
  model <- served$model
  kind <- served$kind
  trial <- try_model(served)
  list(
    loaded_as = served$loaded_as, name = served$name, version = served$version,
    class = as.list(class(model)),
    description = if (is.null(served$description)) describe_class(model) else as.character(served$description),
    packages = as.list(served$packages),
    fields = served$fields,
    types = if (!is.null(served$types)) as.list(names(served$types)),
    default_type = kind_part(kind, "default", model),
    intervals = as.list(kind_part(kind, "intervals", model)),
    parameters = lapply(kind_part(kind, "parameters", model), as.list),
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

# A prediction for an example row shows the columns of the result, and makes R load what it loads at the first one. Two
# rows must have the same columns. Without an answer, the gateway tries again with the configuration.
try_model <- function(served) {
  fields <- served$fields
  unclear <- function(field) field$type == "unknown" || (field$type == "factor" && is.null(field$levels))
  if (is.null(fields) || any(vapply(fields, unclear, NA))) return(NULL)
  tryCatch({
    row <- example_frame(fields)
    columns <- predict_columns(served, row, list())
    several <- predict_columns(served, row[c(1L, 1L), , drop = FALSE], list())
    if (!identical(names(columns), names(several))) {
      return(list(failure = "one row and two rows give other columns"))
    }
    list(outputs = lapply(names(columns), function(name) {
      x <- columns[[name]]
      list(name = name, type = if (is.factor(x)) "factor" else typeof(x), levels = if (is.factor(x)) levels(x))
    }))
  }, error = function(e) list(failure = conditionMessage(e)))
}

# The models that a worker has loaded, by the gateway's keys. list: the file that names them, NULL for a single model
model_store <- function(list, packages) {
  loaded <- list()
  failures <- list()
  load <- function(entry) {
    served <- tryCatch(load_served(entry$name, entry$version, entry$file, packages), error = identity)
    if (inherits(served, "error")) {
      failures[[entry$key]] <<- list(
        loaded_as = entry$key, name = entry$name, version = entry$version, failure = conditionMessage(served)
      )
    } else {
      served$loaded_as <- entry$key
      if (!is.null(list)) served$name <- entry$name
      loaded[[entry$key]] <<- served
    }
    served
  }
  # The file changes when models are added or removed.
  find <- function(key) {
    served <- loaded[[key]]
    if (!is.null(served)) return(served)
    entries <- if (!is.null(list)) model_entries(list)
    loaded <<- loaded[names(loaded) %in% vapply(entries, function(entry) entry$key, "")]
    for (entry in entries) if (entry$key == key) return(load(entry))
    simpleError(paste("there is no model", key))
  }
  list(load = load, find = find, loaded = function() loaded, failures = function() failures)
}

# Each entry: key, name, version, file, and whether to load it now or at its first prediction.
model_entries <- function(list) {
  lapply(readRDS(list), function(one) {
    list(key = one[1L], name = one[2L], version = one[3L], file = one[4L], now = one[5L] == "now")
  })
}

# The models of the app. Fails if none of them can be served.
load_models <- function(settings) {
  app <- settings$app
  if (app$entry == "models") {
    store <- model_store(app$file, settings$packages)
    for (entry in model_entries(app$file)) if (entry$now) store$load(entry)
  } else {
    store <- model_store(NULL, settings$packages)
    name <- sub("\\.rds$", "", basename(app$file), ignore.case = TRUE)
    store$load(list(key = name, name = name, version = "1", file = app$file))
  }
  failures <- store$failures()
  if (length(store$loaded()) == 0L && length(failures)) stop(failures[[1L]]$failure, call. = FALSE)
  store
}

model_app <- function(settings, step) {
  step("app")
  store <- load_models(settings)
  step("serve")
  manifest <- list(
    r_version = as.character(getRversion()),
    library = .libPaths()[[1L]],
    models = unname(c(lapply(store$loaded(), describe_model), store$failures()))
  )
  function(start) {
    engines <- list()
    engines[[frame_types$predict]] <- predict_engine(store)
    serve_frames(start(list()), engines, manifest)
  }
}

# What Penstock knows about each class of model: its input, its types of prediction, and how to call predict().
#
# A kind is a list with these parts. `data` and `finish` are functions; the others a value or a function of the model.
#   fields     the input, see model-schema.R; NULL if it can't be read from the object
#   types      named vector: what a client may ask for, and the `type` for predict(); NULL passes any type on
#   default    the one of `types` that predict() gives without a type
#   intervals  the kinds of interval that a client may ask for
#   nulls      whether predict() accepts missing values in its input
#   argument   the name of predict()'s argument for the data
#   data       converts the data frame to what predict() takes
#   args       more arguments of predict()
#   parameters more arguments of predict() that a client may give: for each the words that it may be, besides a number
#   call       predicts instead of predict(), from the model and the data frame
#   finish     converts the result of predict() to a vector, matrix or data frame

kind_of <- function(model) {
  kind <- default_kind
  for (class in rev(if (isS4(model)) methods::is(model) else class(model))) if (class %in% names(model_kinds)) {
    kind[names(model_kinds[[class]])] <- model_kinds[[class]]
  }
  kind
}

formula_fields <- function(model) {
  terms <- tryCatch(stats::terms(model), error = function(e) NULL)
  if (!inherits(terms, "terms")) return(hardhat_fields(model))
  frame <- tryCatch(model$model, error = function(e) NULL)
  data <- tryCatch(model$data, error = function(e) NULL)
  offset <- tryCatch(model$call$offset, error = function(e) NULL)
  terms_fields(terms, if (is.data.frame(frame)) frame, kept_levels(model), offset, if (is.data.frame(data)) data)
}

# By the text of the variable in the formula. gls() and lme() keep the levels as the rows of the contrasts.
kept_levels <- function(model) {
  xlevels <- tryCatch(model$xlevels, error = function(e) NULL)
  if (is.null(xlevels)) xlevels <- attr(model, "xlevels")
  if (is.null(xlevels) && inherits(model, c("lme", "gls"))) xlevels <- lapply(model$contrasts, rownames)
  xlevels
}

# caret keeps a prototype. Packages that build on hardhat keep a blueprint with one.
hardhat_fields <- function(model) {
  parts <- tryCatch(list(model$ptype, model$blueprint$ptypes$predictors), error = function(e) NULL)
  for (ptype in parts) if (is.data.frame(ptype)) return(frame_fields(ptype, strict = TRUE))
  NULL
}

default_kind <- list(
  fields = formula_fields, types = NULL, default = NULL, intervals = character(), nulls = TRUE,
  argument = "newdata", data = NULL, args = list(), parameters = list(), call = NULL, finish = NULL
)

prob_types <- c(class = "class", prob = "prob")

forest_fields <- function(model) {
  # With a formula the columns of the forest are its terms, such as `log(x)`.
  forest <- model$forest
  if (inherits(model, "randomForest.formula")) return(terms_fields(model$terms, NULL, forest$xlevels))
  xlevels <- forest$xlevels
  if (is.null(names(xlevels))) return(NULL)
  fields <- number_fields(names(xlevels), xlevels, logical = TRUE)
  lapply(seq_along(fields), function(i) {
    # Ordered factors have levels, and count as one category.
    if (fields[[i]]$type == "factor") fields[[i]]$ordered <- forest$ncat[[i]] == 1L && length(xlevels[[i]]) > 1L
    forest_field(fields[[i]], forest$xbestsplit[forest$bestvar == i])
  })
}

ranger_fields <- function(model) {
  forest <- model$forest
  names <- forest$independent.variable.names
  levels <- forest$covariate.levels
  if (!is.null(levels)) {
    if (is.null(names(levels))) names(levels) <- names
    return(number_fields(names, levels, logical = TRUE))
  }
  fields <- number_fields(names, logical = TRUE)
  ids <- unlist(forest$split.varIDs)
  # Other nodes are leaves.
  inner <- unlist(lapply(forest$child.nodeIDs, function(children) children[[1L]] != 0L))
  # Old versions counted the response too.
  known <- is.null(forest$dependent.varID) && length(inner) == length(ids)
  lapply(seq_along(fields), function(i) {
    if (!forest$is.ordered[[i]]) return(list(name = names[i], type = "factor"))
    splits <- if (known) unlist(forest$split.values)[inner & ids == i - 1L]
    forest_field(fields[[i]], splits, drawn = identical(model$splitrule, "extratrees"))
  })
}

# mgcv keeps of each variable a factor with its levels, or three numbers: least, middle and greatest.
gam_fields <- function(model) {
  variables <- as.list(attr(model$terms, "variables"))[-1L]
  lapply(names(model$var.summary), function(name) {
    seen <- model$var.summary[[name]]
    field <- if (name %in% names(model$model)) column_field(name, model$model[[name]])
      else if (is.factor(seen) || is.matrix(seen)) column_field(name, seen)
      else inner_field(name, variables, attr(model$terms, "dataClasses"), model$xlevels)
    if (field$type == "number" && length(seen) == 3L) field$example <- seen[[2L]]
    if (is.factor(seen)) with_levels(field, levels(seen)) else field
  })
}

# A numeric field has mean and deviation of each class; another has the probability of each level.
bayes_fields <- function(model) {
  lapply(names(model$tables), function(name) {
    levels <- colnames(model$tables[[name]])
    if (model$isnumeric[[name]]) list(name = name, type = "number")
    else list(name = name, type = "factor", levels = levels, example = levels[1L])
  })
}

# Fixed effects, slopes and groups. nlme() keeps no data, but the groups, by the text of their values.
lme_fields <- function(model, fields = formula_fields(model)) {
  slopes <- lapply(stats::formula(model$modelStruct$reStruct), all.vars)
  random <- c(all.vars(nlme::getGroupsFormula(model)), unlist(slopes))
  more <- setdiff(random, vapply(fields, function(field) field$name, ""))
  c(fields, lapply(more, function(name) {
    if (name %in% names(model$data)) column_field(name, model$data[[name]])
      else if (identical(names(model$groups), name)) value_field(name, levels(model$groups[[name]]))
      else list(name = name, type = "unknown")
  }))
}

# The variables of an expression that are no parameters of it, and those that the parameters depend on.
nlme_fields <- function(model) {
  expression <- stats::formula(model)[[3L]]
  used <- c(all.vars(expression), all.vars(model$call$fixed))
  names <- setdiff(used, c(names(model$plist), all.vars(stats::formula(model)[[2L]])))
  lme_fields(model, lapply(names, inner_field, list(expression), character(), list()))
}

# The model frame has the variables of the fixed and random effects, and the groups.
mer_fields <- function(model) {
  frame <- model@frame
  text <- vapply(frame, function(x) is.character(x) || is.factor(x), NA)
  levels <- lapply(frame[text], function(x) levels(factor(x)))
  terms_fields(stats::terms(model, fixed.only = FALSE), frame, levels)
}

# Numeric variables have the levels of a factor only if they are one. The type of an ordered factor is that of a number.
gbm_fields <- function(model) {
  lapply(seq_along(model$var.names), function(i) {
    name <- model$var.names[[i]]
    levels <- model$var.levels[[i]]
    if (!is.character(levels)) return(list(name = name, type = "number", logical = TRUE))
    list(name = name, type = "factor", levels = levels, example = levels[1L], ordered = model$var.type[[i]] == 0)
  })
}

# The number of trees that predict() takes, which it also prints.
gbm_args <- function(model) {
  perf <- function(method) suppressMessages(gbm::gbm.perf(model, plot.it = FALSE, method = method))
  trees <- if (model$train.fraction < 1) perf("test") else if (!is.null(model$cv.error)) perf("cv")
  list(n.trees = if (is.null(trees)) length(model$train.error) else trees)
}

matrix_fields <- function(names) if (!is.null(names)) number_fields(names, logical = TRUE)

# A row asks for one step of a time series after its end.
max_steps <- 10000
step_fields <- list(list(name = "n.ahead", type = "integer", limits = c(1, max_steps), example = 1L))

forecast_steps <- function(model, data) {
  steps <- data$n.ahead
  if (anyNA(steps)) stop("n.ahead is missing", call. = FALSE)
  ahead <- stats::predict(model, n.ahead = max(steps))
  if (is.list(ahead)) list(.pred = ahead$pred[steps], .pred_se = ahead$se[steps]) else list(.pred = ahead[steps])
}

workflow_fields <- function(model) {
  ptype <- model$pre$mold$blueprint$ptypes$predictors
  if (is.data.frame(ptype)) frame_fields(ptype, strict = TRUE)
}

parsnip_types <- function(model) {
  spec <- if (inherits(model, "workflow")) model$fit$fit$spec else model$spec
  mode <- if (is.null(spec$mode)) "unknown" else spec$mode
  switch(mode,
    regression = c(numeric = "numeric", response = "numeric", conf_int = "conf_int", pred_int = "pred_int"),
    classification = prob_types
  )
}

booster_names <- function(model) {
  names <- tryCatch(model$feature_names, error = function(e) NULL)
  if (is.null(names)) names <- tryCatch(xgboost::getinfo(model, "feature_name"), error = function(e) NULL)
  names
}

booster_finish <- function(result, model, rows) {
  if (is.null(dim(result)) && length(result) > rows && rows > 0L) matrix(result, rows, byrow = TRUE) else result
}

# By class. The most specific class wins.
model_kinds <- list(
  lm = list(
    types = c(response = "response", terms = "terms"), default = "response",
    intervals = c("confidence", "prediction")
  ),
  glm = list(
    types = c(link = "link", response = "response", terms = "terms"), default = "link", intervals = "confidence"
  ),
  gam = list(
    fields = gam_fields, types = c(link = "link", response = "response", terms = "terms"), default = "link",
    intervals = "confidence"
  ),
  nls = list(
    fields = function(model) {
      lapply(names(model$dataClasses), function(name) class_field(name, model$dataClasses[[name]]))
    },
    types = character()
  ),
  rpart = list(
    types = function(model) {
      switch(model$method,
        class = c(prob = "prob", class = "class", vector = "vector", matrix = "matrix"),
        c(vector = "vector", response = "vector", matrix = "matrix")
      )
    },
    default = function(model) if (model$method == "class") "prob" else "vector"
  ),
  randomForest = list(
    fields = forest_fields,
    types = function(model) {
      switch(model$type,
        regression = c(response = "response"),
        c(response = "response", class = "response", prob = "prob", vote = "vote")
      )
    },
    default = "response",
    # Its formula method leaves out rows with missing values and returns NA for them.
    nulls = function(model) inherits(model, "randomForest.formula")
  ),
  ranger = list(
    fields = ranger_fields,
    types = function(model) {
      switch(model$treetype,
        Classification = c(response = "response", class = "response"),
        "Probability estimation" = c(response = "response", prob = "response"),
        Regression = c(response = "response", se = "se", quantiles = "quantiles")
      )
    },
    default = "response", nulls = FALSE, argument = "data",
    # A worker uses one core.
    args = list(num.threads = 1L),
    finish = function(result, model, rows) {
      if (is.null(result$se)) result$predictions else cbind(result$predictions, std_error = result$se)
    }
  ),
  nnet.formula = list(types = c(raw = "raw", response = "raw", class = "class"), default = "raw"),
  nnet = list(types = c(raw = "raw", response = "raw"), default = "raw"),
  multinom = list(types = c(class = "class", probs = "probs", prob = "probs"), default = "class"),
  coxph = list(types = c(lp = "lp", risk = "risk", terms = "terms"), default = "lp"),
  survreg = list(types = c(response = "response", lp = "lp", link = "link"), default = "response"),
  xgb.Booster = list(
    fields = function(model) if (!is.null(names <- booster_names(model))) number_fields(names),
    types = character(),
    data = function(frame) data.matrix(frame), finish = booster_finish
  ),
  svm = list(
    # Without a formula it was trained with a matrix.
    fields = function(model) {
      if (inherits(model, "svm.formula")) return(formula_fields(model))
      if (!is.null(colnames(model$SV))) number_fields(colnames(model$SV), logical = TRUE)
    },
    types = character()
  ),
  naiveBayes = list(fields = bayes_fields, types = c(class = "class", raw = "raw", prob = "raw"), default = "class"),
  glmnet = list(
    fields = function(model) {
      beta <- if (is.list(model$beta)) model$beta[[1L]] else model$beta
      if (!is.null(rownames(beta))) number_fields(rownames(beta))
    },
    types = c(link = "link", response = "response", class = "class"), default = "link", nulls = FALSE,
    argument = "newx", data = function(frame) data.matrix(frame), parameters = list(s = character())
  ),
  lda = list(
    fields = function(model) if (is.null(model$terms)) matrix_fields(colnames(model$means)) else formula_fields(model),
    types = character()
  ),
  prcomp = list(fields = function(model) matrix_fields(rownames(model$rotation)), types = character()),
  princomp = list(fields = function(model) matrix_fields(rownames(model$loadings)), types = character()),
  kmeans = list(
    fields = function(model) matrix_fields(colnames(model$centers)), types = character(), nulls = FALSE,
    call = function(model, data) as.integer(clue::cl_predict(model, data))
  ),
  Arima = list(fields = function(model) step_fields, types = character(), nulls = FALSE, call = forecast_steps),
  lme = list(fields = lme_fields, types = character()),
  nlme = list(fields = nlme_fields),
  merMod = list(fields = mer_fields, types = c(link = "link", response = "response"), default = "link"),
  gbm = list(
    fields = gbm_fields, types = c(link = "link", response = "response"), default = "link", args = gbm_args,
    parameters = list(n.trees = character())
  ),
  workflow = list(fields = workflow_fields, types = parsnip_types, argument = "new_data"),
  model_fit = list(types = parsnip_types, argument = "new_data"),
  train = list(types = c(raw = "raw", class = "raw", response = "raw", prob = "prob"), default = "raw")
)
model_kinds$cv.glmnet <- model_kinds$glmnet
model_kinds$cv.glmnet$fields <- function(model) model_kinds$glmnet$fields(model$glmnet.fit)
model_kinds$cv.glmnet$parameters <- list(s = c("lambda.1se", "lambda.min"))
model_kinds$StructTS <- model_kinds$HoltWinters <- model_kinds$Arima
model_kinds$qda <- model_kinds$lda

# A part of the kind: its value for this model.
kind_part <- function(kind, name, model) {
  part <- kind[[name]]
  if (is.function(part)) part(model) else part
}

# What is read from saved models, and what becomes of what predict() gives.
models <- new.env(parent = baseenv())
for (file in c("model-file.R", "model-schema.R", "model-variables.R", "model-kinds.R", "model-predict.R")) {
  sys.source(file.path("..", "..", "r", file), envir = models)
}

fields_of <- function(model) models$kind_part(models$kind_of(model), "fields", model)
types_of <- function(model) {
  fields <- fields_of(model)
  types <- vapply(fields, function(field) field$type, "")
  names(types) <- vapply(fields, function(field) field$name, "")
  types
}

test_that("variables are found inside of the calls of a formula, and constants are none", {
  model <- stats::lm(mpg ~ log(wt) + I(hp^2) + poly(disp, 2L) + sin(pi * qsec) + offset(drat), mtcars)
  expect_equal(types_of(model), c(
    wt = "number", hp = "number", disp = "number", qsec = "number", drat = "number"
  ))
})

test_that("the response is no field, and the dot is all other columns", {
  expect_setequal(names(types_of(stats::lm(mpg ~ ., mtcars))), setdiff(names(mtcars), "mpg"))
})

test_that("an offset that is given apart from the formula is a field", {
  model <- stats::glm(carb ~ wt, stats::poisson(), mtcars, offset = log(hp))
  expect_equal(types_of(model), c(wt = "number", hp = "number"))
})

test_that("types, levels and ranges are those of the training data", {
  data <- data.frame(
    y = 1:6 + 0.5, n = 6:1, f = factor(c("b", "a", "b", "a", "b", "a")), s = rep(c("u", "v", "w"), 2L),
    l = rep(c(TRUE, FALSE), 3L), d = as.Date("2020-01-01") + c(3, 1, 2, 9, 7, 5), stringsAsFactors = FALSE
  )
  fields <- fields_of(stats::lm(y ~ n + f + s + l + d, data))
  expect_equal(
    vapply(fields, function(field) field$type, ""), c("number", "factor", "string", "boolean", "date")
  )
  expect_equal(fields[[1L]][c("min", "max")], list(min = 1, max = 6))
  expect_equal(fields[[2L]]$levels, c("a", "b"))
  expect_equal(fields[[3L]]$levels, c("u", "v", "w"))
  expect_equal(fields[[5L]]$example, "2020-01-04")
})

test_that("factor(x) and strata(x) take the values of x, and as numbers only if their text is the same", {
  data <- data.frame(
    y = stats::rnorm(24L), cyl = rep(c(4, 6, 8), 8L), zip = rep(c("01", "02"), 12L), big = rep(1:3 * 100000L, 8L),
    on = rep(c(TRUE, FALSE), 12L), stringsAsFactors = FALSE
  )
  fields <- fields_of(stats::lm(y ~ factor(cyl) + as.factor(zip) + factor(big) + as.character(on), data))
  expect_equal(fields[[1L]][c("type", "values")], list(type = "number", values = c(4, 6, 8)))
  expect_equal(fields[[2L]][c("type", "levels")], list(type = "string", levels = c("01", "02")))
  expect_equal(fields[[3L]][c("type", "values")], list(type = "integer", values = 1:3 * 100000))
  expect_equal(fields[[4L]][c("type", "levels")], list(type = "string", levels = c("FALSE", "TRUE")))
  lung <- survival::lung
  field <- fields_of(survival::coxph(survival::Surv(time, status) ~ age + survival::strata(sex), lung))[[2L]]
  expect_equal(field[c("name", "type")], list(name = "sex", type = "number"))
})

test_that("a variable inside of a call has a type of its own, not that of the levels of the call", {
  data <- data.frame(
    y = stats::rnorm(60L), i = rep(1:4, 15L), a = stats::runif(60L), n = stats::rnorm(60L),
    f = factor(rep(c("p", "q", "r"), 20L))
  )
  model <- stats::lm(
    y ~ factor(i > 2) + cut(a, c(0, 0.5, 1)) + factor(ifelse(n > 0, "hi", "lo")) + relevel(f, "q"), data
  )
  expect_equal(types_of(model), c(i = "number", a = "number", n = "number", f = "factor"))
  expect_equal(fields_of(model)[[4L]]$levels, c("q", "p", "r"))
})

test_that("the type of a variable is unknown if its calls do not tell, and known from data that the model has kept", {
  data <- data.frame(
    cls = factor(rep(c("yes", "no"), 15L)), y = stats::rnorm(30L), f = factor(rep(c("a", "b", "c"), 10L)),
    g = rep(c("u", "v"), each = 15L), d = as.Date("2024-01-01") + 1:30, stringsAsFactors = FALSE
  )
  formula <- ~ interaction(f, g) + as.numeric(d) + I(g == "u")
  model <- stats::lm(stats::update(formula, y ~ .), data)
  expect_equal(types_of(model), c(f = "unknown", g = "unknown", d = "unknown"))
  kept <- stats::glm(stats::update(formula, cls ~ .), stats::binomial(), data)
  expect_equal(types_of(kept), c(f = "factor", g = "string", d = "date"))
  # The codes of a factor.
  data$k <- factor(rep(c("4", "6", "8"), 10L))
  expect_equal(types_of(stats::lm(y ~ factor(k) + as.integer(k), data)), c(k = "unknown"))
})

test_that("objects of the session in which the model was trained are no fields", {
  fit <- function(data) {
    breaks <- c(0, 15, 20, 40)
    knots <- 3
    stats::lm(mpg ~ cut(qsec, breaks) + splines::ns(wt, knots = knots), data)
  }
  expect_setequal(names(types_of(fit(mtcars))), c("qsec", "wt"))
})

test_that("columns of a matrix are one field, also if it has one column", {
  data <- data.frame(y = 1:9 + 0.5, x = stats::rnorm(9L))
  data$m <- matrix(stats::rnorm(18L), 9L)
  data$z <- scale(data$x)
  for (model in list(stats::lm(y ~ m + z, data), stats::lm(y ~ m + z, data, model = FALSE))) {
    fields <- fields_of(model)
    expect_equal(lapply(fields, function(field) field$columns), list(2L, 1L))
    expect_length(models$as_columns(stats::predict(model, models$example_frame(fields)), 1L), 1L)
  }
})

test_that("a forest of codes does not tell its factors", {
  data <- transform(mtcars, cyl = factor(cyl))
  unclear <- function(model) {
    types <- types_of(model)
    names(types)[types == "unknown"]
  }
  set.seed(1L)
  forest <- ranger::ranger(mpg ~ cyl + wt + gear + drat, data, num.trees = 20L, num.threads = 1L)
  expect_equal(unclear(forest), c("cyl", "gear"))
  drawn <- ranger::ranger(mpg ~ cyl + wt, data, num.trees = 5L, num.threads = 1L, splitrule = "extratrees")
  expect_equal(types_of(drawn), c(cyl = "factor", wt = "unknown"))
  expect_null(fields_of(drawn)[[1L]]$levels)
  told <- ranger::ranger(mpg ~ cyl + wt, data, num.trees = 5L, num.threads = 1L, respect.unordered.factors = "order")
  expect_equal(types_of(told), c(cyl = "factor", wt = "number"))
  data$size <- factor(rep(c("s", "l"), 16L), c("s", "l"), ordered = TRUE)
  forest <- randomForest::randomForest(data[c("cyl", "wt", "size", "gear")], data$mpg, ntree = 5L)
  expect_equal(types_of(forest), c(cyl = "factor", wt = "number", size = "factor", gear = "unknown"))
  expect_true(fields_of(forest)[[3L]]$ordered)
})

test_that("text without the levels of the training data is unknown", {
  data <- data.frame(y = stats::rnorm(30L), s = rep(c("u", "v", "w"), 10L), n = 1:30, stringsAsFactors = FALSE)
  expect_equal(types_of(e1071::svm(y ~ s + n, data)), c(s = "unknown", n = "number"))
  expect_equal(fields_of(mgcv::gam(y ~ s + n, data = data))[[1L]]$levels, c("u", "v", "w"))
})

test_that("what an object does not tell stays unknown", {
  data <- data.frame(y = 1:9 + 0, d = as.Date("2020-01-01") + 1:9)
  model <- stats::lm(y ~ d, data, model = FALSE)
  expect_equal(types_of(model), c(d = "unknown"))
  expect_null(fields_of(nnet::nnet(as.matrix(mtcars[2:3]), mtcars$am, size = 1L, trace = FALSE)))
})

test_that("vectors, matrices and data frames become columns, one element for each row", {
  expect_equal(models$as_columns(c(a = 1, b = 2), 2L), list(.pred = c(1, 2)))
  expect_equal(models$as_columns(factor(c("x", "y")), 2L)$.pred, factor(c("x", "y")))
  probabilities <- matrix(1:4 / 10, 2L, dimnames = list(NULL, c("no", "yes")))
  expect_equal(models$as_columns(probabilities, 2L), list(.pred_no = c(0.1, 0.2), .pred_yes = c(0.3, 0.4)))
  expect_equal(models$as_columns(matrix(1:2), 2L), list(.pred = 1:2))
  expect_equal(models$as_columns(c(no = 0.1, yes = 0.9), 1L), list(.pred_no = 0.1, .pred_yes = 0.9))
  expect_named(models$as_columns(data.frame(.pred_class = "a", std = 1), 1L), c(".pred_class", ".pred_std"))
  bounds <- matrix(1:6 + 0, 2L, dimnames = list(NULL, c("fit", "lwr", "upr")))
  expect_named(models$as_columns(bounds, 2L), c(".pred", ".pred_lower", ".pred_upper"))
})

test_that("parts of a list, and the dimensions of an array, become columns", {
  posterior <- matrix(1:4 / 10, 2L, dimnames = list(NULL, c("no", "yes")))
  parts <- list(class = factor(c("no", "yes")), posterior = posterior, x = matrix(1:2), nothing = NULL)
  expect_named(
    models$as_columns(parts, 2L), c(".pred_class", ".pred_posterior_no", ".pred_posterior_yes", ".pred_x")
  )
  several <- array(1:8, c(2L, 2L, 2L), list(NULL, c("no", "yes"), c("s0", "s1")))
  expect_equal(
    models$as_columns(several, 2L),
    list(.pred_no_s0 = 1:2, .pred_yes_s0 = 3:4, .pred_no_s1 = 5:6, .pred_yes_s1 = 7:8)
  )
  expect_named(models$as_columns(several[, , 1L, drop = FALSE], 2L), c(".pred_no", ".pred_yes"))
  expect_equal(models$as_columns(several[1L, , , drop = FALSE], 1L)$.pred_yes_s1, 7L)
})

test_that("what has no element for each row is refused", {
  expect_error(models$as_columns(1:3, 2L), "gave 3 values for 2 rows")
  expect_error(models$as_columns(list(1, 2), 2L), "a list without names")
  expect_error(models$as_columns(list(fit = c(1, 2), df = 7), 2L), "gave 1 values for 2 rows")
  expect_error(models$as_columns(list(), 2L), "a list without names")
  expect_error(models$as_columns(data.frame(), 0L), "gave nothing")
  expect_error(models$as_columns(1i, 1L), "type complex")
})

test_that("the command that extracts a model is quoted for the shell", {
  held <- list("it's `best`" = stats::lm(mpg ~ wt, mtcars), data = mtcars)
  text <- models$how_to_extract(held, "my file.rds", "x <- readRDS(\"my file.rds\")", "x$")
  expect_match(text, "holds it's `best` (lm), data (data.frame). Write the model alone", fixed = TRUE)
  expect_match(text, "saveRDS(x$`it'\\''s \\`best\\``, \"my file-model.rds\")'\n", fixed = TRUE)
  expect_match(text, "penstock serve 'my file-model.rds'\n", fixed = TRUE)
})

test_that("the most special class of a model decides", {
  kind <- models$kind_of(structure(list(), class = c("gam", "glm", "lm")))
  expect_equal(kind$default, "link")
  expect_equal(kind$intervals, "confidence")
  expect_null(models$kind_of(structure(list(), class = "nobody"))$types)
})

test_that("the fields of a nonlinear mixed model are its variables and its groups", {
  model <- suppressWarnings(nlme::nlme(
    height ~ SSasymp(age, asym, r0, lrc), datasets::Loblolly,
    fixed = asym + r0 + lrc ~ 1, random = asym ~ 1 | Seed, start = c(asym = 103, r0 = -8.5, lrc = -3.3)
  ))
  expect_equal(types_of(model), c(age = "unknown", Seed = "number"))
})

test_that("a model that saveRDS() cannot write is refused with what to do", {
  net <- structure(list(), class = c("net", "nn_module"))
  expect_error(models$open_model(net), "a model of torch \\(class nn_module\\) is not in the file.*torch::torch_load")
  fit <- structure(list(fit = structure(list(), class = "luz_module_fitted")), class = c("_luz", "model_fit"))
  expect_error(models$open_model(fit), "a model of luz .*bundle::bundle")
  expect_identical(models$open_model(stats::lm(mpg ~ wt, mtcars))$model$rank, 2L)
})

test_that("a bundle names the packages that it needs", {
  bundle <- structure(list(), class = c("bundled_no_such_model", "bundle"))
  skip_if(nzchar(system.file(package = "bundle")))
  expect_error(models$open_model(bundle), "class bundled_no_such_model needs the R package bundle, which is not")
})

# What is read from saved models, and what becomes of what predict() gives.
models <- new.env(parent = baseenv())
for (file in c("model-file.R", "model-schema.R", "model-kinds.R", "model-predict.R")) {
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

test_that("factor(x) of numbers takes those numbers, strata(x) as well", {
  field <- fields_of(stats::lm(mpg ~ factor(cyl), mtcars))[[1L]]
  expect_equal(field[c("type", "values")], list(type = "number", values = c(4, 6, 8)))
  lung <- survival::lung
  field <- fields_of(survival::coxph(survival::Surv(time, status) ~ age + survival::strata(sex), lung))[[2L]]
  expect_equal(field[c("name", "type")], list(name = "sex", type = "number"))
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

test_that("what has no element for each row is refused", {
  expect_error(models$as_columns(1:3, 2L), "gave 3 values for 2 rows")
  expect_error(models$as_columns(list(1, 2), 2L), "gave a list")
  expect_error(models$as_columns(1i, 1L), "type complex")
})

test_that("the most special class of a model decides", {
  kind <- models$kind_of(structure(list(), class = c("gam", "glm", "lm")))
  expect_equal(kind$default, "link")
  expect_equal(kind$intervals, "confidence")
  expect_null(models$kind_of(structure(list(), class = "nobody"))$types)
})

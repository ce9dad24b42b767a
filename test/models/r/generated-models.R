# Models with generated formulas, and what predict() says to rows of their training data.
#
# Rscript generated-models.R FOLDER SEED COUNT
# Writes FOLDER/NAME.rds and FOLDER/NAME.json as make-models.R does, and FOLDER/generated.json: the names, and for each
# model the settings of the fields that its object does not tell, as in the training data.

here <- dirname(sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
source(file.path(here, "json.R"))
arguments <- commandArgs(TRUE)
folder <- arguments[1L]
seed <- as.integer(arguments[2L])
count <- as.integer(arguments[3L])

# What Penstock finds in an object.
penstock <- new.env(parent = baseenv())
for (file in c("model-file.R", "model-schema.R", "model-variables.R", "model-kinds.R")) {
  sys.source(file.path(here, "../../../r", file), envir = penstock)
}

set.seed(seed)
rows <- 120L
draw <- function(values, n = rows) sample(values, n, replace = TRUE)
data <- data.frame(
  n = round(stats::runif(rows, -2, 2), 3L), e = stats::rexp(rows) + 0.1, i = draw(1:4), b = draw(c(100000L, 200000L)),
  k = factor(draw(c("4", "6", "8"))), f = factor(draw(c("a", "b", "c")), c("c", "a", "b")),
  o = factor(draw(c("s", "m", "l")), c("s", "m", "l"), ordered = TRUE), s = draw(c("u", "v", "w")),
  t = draw(c("01", "02")), l = draw(c(TRUE, FALSE)), d = as.Date("2024-01-01") + sample(300L, rows),
  x1 = stats::rnorm(rows), stringsAsFactors = FALSE
)
data$"odd name" <- stats::rexp(rows) + 0.1
data$m <- matrix(stats::rnorm(2L * rows), rows, dimnames = list(NULL, c("p", "q")))
data$z <- scale(data$x1)
data$y <- with(data, n + as.integer(f) + i * l + stats::rnorm(rows))
data$pos <- exp(data$y / 4)
data$cls <- factor(ifelse(data$y > stats::median(data$y), "yes", "no"))
data$grade <- cut(data$y + stats::rnorm(rows), 3L, c("low", "mid", "high"))
data$ograde <- factor(data$grade, ordered = TRUE)
data$cnt <- stats::rpois(rows, data$pos)
data$w <- stats::runif(rows, 0.5, 2)
asked <- data[sample(rows, 24L), ]

plain <- c("n", "i", "k", "f", "o", "s", "l")
odd <- "`odd name`"
numeric <- c("n", "e", "i", "x1")
calls <- c(
  odd, "log(`odd name`)", "log(e)", "I(n^2)", "poly(n, 2)", "splines::ns(n, 3)", "splines::bs(e, 4)", "sqrt(e + 1)", "I(x1 - 1)", "factor(i)",
  "factor(s)", "factor(l)", "as.factor(t)", "factor(b)", "factor(i > 2)", "cut(n, c(-Inf, -0.5, 0.5, Inf))",
  "interaction(f, l)", "factor(ifelse(n > 0.3, \"hi\", \"lo\"))", "as.numeric(d)", "relevel(f, \"b\")", "I(l * 2)",
  "as.character(i)", "n:f", "f:l", "n:i", "offset(e)", "z", "m", "d", "I(n > 0)", "as.numeric(k)", "scale(x1)",
  "factor(k, labels = c(\"four\", \"six\", \"eight\"))", "strftime(d, \"%m\") > \"06\"", "s == \"u\""
)
some <- function(pool, at_most = 3L) sample(pool, sample(at_most, 1L))
formula_of <- function(response, terms) {
  stats::as.formula(paste(response, "~", paste(unique(terms), collapse = " + ")), globalenv())
}
# Terms of linear models; others take variables.
mixed <- function() c(some(plain), some(calls))
response <- function() sample(c("y", "log(pos)", "sqrt(pos)", "pos"), 1L)
maybe <- function(value) if (stats::runif(1L) < 0.3) value

# Each returns a model. The call must not contain the data itself.
makers <- list(
  lm = function() {
    call <- as.call(c(quote(stats::lm), list(formula_of(response(), mixed()), quote(data))))
    call$weights <- maybe(quote(w))
    call$offset <- maybe(quote(log(e)))
    if (stats::runif(1L) < 0.4) call$model <- FALSE
    eval(call)
  },
  glm = function() stats::glm(formula_of("cls", mixed()), stats::binomial(), data),
  poisson = function() stats::glm(formula_of("cnt", c(mixed(), "offset(log(e))")), stats::poisson(), data),
  aov = function() stats::aov(formula_of(response(), some(plain)), data),
  loess = function() stats::loess(formula_of("y", some(c("n", "e"), 2L)), data),
  rlm = function() MASS::rlm(formula_of("y", mixed()), data, maxit = 100L),
  polr = function() MASS::polr(formula_of("ograde", some(c("n", "f", "s", "l", "log(e)"))), data),
  rpart = function() rpart::rpart(formula_of(sample(c("y", "cls"), 1L), c(some(plain), maybe("log(e)"))), data),
  forest = function() randomForest::randomForest(formula_of("y", some(c(plain, "e"), 5L)), data, ntree = 7L),
  forestXY = function() randomForest::randomForest(data[unique(some(c(plain, "e", "d"), 5L))], data$y, ntree = 7L),
  ranger = function() {
    ranger::ranger(formula_of("y", some(c(plain, "e", "x1"), 5L)), data, num.trees = 7L, num.threads = 1L, seed = 1L)
  },
  rangerOrder = function() {
    ranger::ranger(formula_of("y", some(c(plain, "e"), 5L)), data, num.trees = 7L, num.threads = 1L, seed = 1L,
                   respect.unordered.factors = "order")
  },
  rangerPartition = function() {
    ranger::ranger(formula_of("cls", some(c(plain, "e"), 5L)), data, num.trees = 7L, num.threads = 1L, seed = 1L,
                   respect.unordered.factors = "partition", probability = TRUE)
  },
  nnet = function() nnet::nnet(formula_of("grade", some(c(plain, "log(e)"))), data, size = 2L, trace = FALSE),
  multinom = function() nnet::multinom(formula_of("grade", mixed()), data, trace = FALSE),
  gam = function() {
    smooth <- sample(c("s(n)", "s(e)", "s(n, by = f)", "te(n, e, k = 3)"), 1L)
    mgcv::gam(formula_of("y", c(smooth, some(c(plain, "d", "factor(l)", "log(e)", "offset(e)")))), data = data)
  },
  coxph = function() {
    survival::coxph(formula_of("survival::Surv(pos, l)", c(some(setdiff(plain, "l")), maybe("log(e)"))), data)
  },
  survreg = function() survival::survreg(formula_of("survival::Surv(pos, l)", some(setdiff(plain, "l"))), data),
  svm = function() e1071::svm(formula_of("y", some(c(plain, "log(e)"))), data),
  bayes = function() e1071::naiveBayes(formula_of("cls", some(plain, 4L)), data),
  gls = function() nlme::gls(formula_of("y", some(c("n", "f", "l", "log(e)"))), data),
  glmnet = function() glmnet::glmnet(as.matrix(data[numeric]), data$y, lambda = 0.05)
)

predicted <- function(name, model, input) {
  if (startsWith(name, "ranger")) return(stats::predict(model, input, num.threads = 1L)$predictions)
  if (name == "bayes") return(stats::predict(model, input[names(model$tables)]))
  if (name == "glmnet") return(stats::predict(model, as.matrix(input[numeric])))
  stats::predict(model, input)
}

truth <- function(x) {
  if (is.factor(x)) {
    return(c(type = quoted("factor"), levels = json_values(levels(x)), if (is.ordered(x)) c(ordered = "true")))
  }
  # What R makes of text in a model.
  if (is.character(x)) return(c(type = quoted("factor"), levels = json_values(sort(unique(x)))))
  type <- if (is.logical(x)) "boolean" else if (inherits(x, "Date")) "date" else "number"
  c(type = quoted(type))
}

settings <- character()
served <- character()
failures <- 0L
while (length(served) < count) {
  class <- names(makers)[length(served) %% length(makers) + 1L]
  model <- tryCatch(suppressWarnings(makers[[class]]()), error = identity)
  # Not every formula has a model.
  if (inherits(model, "error")) {
    failures <- failures + 1L
    if (failures > 2L * count + 50L) stop("too many models of class ", class, " fail: ", conditionMessage(model))
    next
  }
  name <- paste0(class, length(served) + 1L)
  file <- file.path(folder, paste0(name, ".rds"))
  saveRDS(model, file)
  found <- penstock$load_model(file)$model
  fields <- penstock$kind_part(penstock$kind_of(found), "fields", found)
  names <- vapply(fields, function(field) field$name, "")
  # Text where R needs the levels of the training data, which it does not keep.
  unclear <- names[vapply(fields, function(field) {
    field$type == "unknown" || (field$type == "factor" && is.null(field$levels))
  }, NA)]
  whole <- asked
  for (one in unclear) if (is.character(data[[one]])) whole[[one]] <- factor(whole[[one]], sort(unique(data[[one]])))
  # Some calls do not work for one row in R either.
  expected <- tryCatch({
    suppressWarnings(predicted(class, model, whole[1L, ]))
    suppressWarnings(predicted(class, model, whole))
  }, error = identity)
  if (inherits(expected, "error")) {
    unlink(file)
    failures <- failures + 1L
    if (failures > 2L * count + 50L) stop("too many models of class ", class, " fail: ", conditionMessage(expected))
    next
  }
  served <- c(served, name)
  input <- asked[intersect(names(asked), names)]
  write_questions(list(question("", input, named(expected))), file.path(folder, paste0(name, ".json")))
  if (length(unclear)) {
    settings[[name]] <- json_object(c(fields = json_object(vapply(unclear, function(one) {
      json_object(truth(data[[one]]))
    }, ""))))
  }
}
given <- if (length(settings)) json_object(settings) else "{}"
write_text(json_object(c(names = json_values(served), settings = given)), file.path(folder, "generated.json"))

# Trains a small model of one class and writes down what predict() says to generated rows.
#
# Rscript make-models.R FOLDER ROWS NAME…
# Writes FOLDER/NAME.rds and FOLDER/NAME.json: questions, each an object of query (of /predict), input and expected,
# both by column, numbers with 17 digits.

args <- commandArgs(TRUE)
source(file.path(dirname(sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "json.R"))
folder <- args[1L]
rows <- as.integer(args[2L])

cities <- c("a\\b", "Bern", "K\u00f6ln", "New \"York\"")

people_of <- function(n) {
  data.frame(
    age = round(stats::runif(n, 18, 80), 1),
    rooms = sample(1:9, n, replace = TRUE),
    city = factor(sample(cities, n, replace = TRUE), cities),
    size = factor(sample(c("s", "m", "l"), n, replace = TRUE), c("s", "m", "l"), ordered = TRUE),
    pet = sample(c("cat", "dog", "none"), n, replace = TRUE),
    member = sample(c(TRUE, FALSE), n, replace = TRUE),
    stringsAsFactors = FALSE
  )
}

set.seed(20240131L)
people <- people_of(300L)
people$rent <- 300 + 8 * people$age + 90 * people$rooms + 50 * as.integer(people$city) + stats::rnorm(300L, sd = 40)
people$dear <- factor(ifelse(people$rent + stats::rnorm(300L, sd = 80) > 1150, "yes", "no"))
people$grade <- cut(people$rent, c(-Inf, 900, 1200, Inf), c("low", "mid", "high"))
people$visits <- stats::rpois(300L, people$rooms)
people$months <- stats::rexp(300L, 0.01 + people$age / 2000)
people$left <- stats::rbinom(300L, 1L, 0.7)

# Beyond the training data too, and with all the digits that there are.
asked <- people_of(rows)
asked$age <- stats::runif(rows, 0, 120)
asked$rooms <- sample(0:12, rows, replace = TRUE)
# Every row lacks something: R multiplies matrices in another way when there is an NA in them.
holes <- asked[seq_len(max(1L, rows %/% 10L)), ]
for (i in seq_len(nrow(holes))) holes[i, sample(6L, 1L)] <- NA

formula <- ~ age + rooms + city + size + pet + member
numbers <- c("age", "rooms")
with_response <- function(name, formula) stats::update(formula, stats::as.formula(paste(name, "~ .")))

makers <- list(
  lm = function() {
    model <- stats::lm(rent ~ poly(age, 2L) + log1p(rooms) + city * member + size + pet, people)
    list(
      model,
      question("", asked, named(stats::predict(model, asked))),
      question("", holes, named(stats::predict(model, holes))),
      question("interval=confidence", asked, bounds(stats::predict(model, asked, interval = "confidence"))),
      question("interval=prediction&level=0.9", asked,
               bounds(stats::predict(model, asked, interval = "prediction", level = 0.9))),
      question("type=terms", asked, named(stats::predict(model, asked, type = "terms")))
    )
  },
  glm = function() {
    model <- stats::glm(with_response("dear", formula), stats::binomial(), people)
    link <- stats::predict(model, asked, se.fit = TRUE)
    width <- stats::qnorm(0.975) * link$se.fit
    interval <- list(.pred = link$fit, .pred_lower = link$fit - width, .pred_upper = link$fit + width)
    list(
      model,
      question("", asked, named(stats::predict(model, asked))),
      question("type=response", asked, named(stats::predict(model, asked, type = "response"))),
      question("type=response", holes, named(stats::predict(model, holes, type = "response"))),
      question("type=response&interval=confidence", asked, lapply(interval, stats::binomial()$linkinv))
    )
  },
  poisson = function() {
    model <- stats::glm(visits ~ age + city + offset(log(rooms + 1)), stats::poisson(), people)
    input <- asked[c("age", "rooms", "city")]
    list(model, question("type=response", input, named(stats::predict(model, input, type = "response"))))
  },
  nls = function() {
    model <- stats::nls(rent ~ a + b * age + d * sqrt(rooms), people, start = list(a = 1, b = 1, d = 1))
    input <- asked[numbers]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  loess = function() {
    model <- stats::loess(rent ~ age, people)
    input <- asked["age"]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  rpart = function() {
    model <- rpart::rpart(with_response("grade", formula), people)
    list(
      model,
      question("", asked, named(stats::predict(model, asked))),
      question("", holes, named(stats::predict(model, holes))),
      question("type=class", asked, named(stats::predict(model, asked, type = "class")))
    )
  },
  randomForest = function() {
    model <- randomForest::randomForest(rent ~ age + rooms + city + member, people, ntree = 25L)
    input <- asked[c("age", "rooms", "city", "member")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  forestClass = function() {
    # Of two classes and an odd number of trees, so that there are no ties, which are broken by chance.
    # Quarters of rooms show that they are no codes.
    known <- transform(people, rooms = rooms / 4)[c("age", "rooms", "city")]
    model <- randomForest::randomForest(known, people$dear, ntree = 25L)
    input <- asked[c("age", "rooms", "city")]
    list(
      model,
      question("", input, named(stats::predict(model, input))),
      question("type=prob", input, named(stats::predict(model, input, type = "prob")))
    )
  },
  ranger = function() {
    # Without this option ranger keeps no levels, and it is not clear what was a factor.
    model <- ranger::ranger(rent ~ age + rooms + city, people, num.trees = 25L, num.threads = 1L,
                            respect.unordered.factors = "order")
    input <- asked[c("age", "rooms", "city")]
    list(model, question("", input, named(stats::predict(model, input, num.threads = 1L)$predictions)))
  },
  rangerProb = function() {
    model <- ranger::ranger(grade ~ age + rooms, people, num.trees = 25L, probability = TRUE, num.threads = 1L,
                            respect.unordered.factors = "order")
    input <- asked[numbers]
    list(model, question("type=prob", input, named(stats::predict(model, input, num.threads = 1L)$predictions)))
  },
  nnet = function() {
    model <- nnet::nnet(with_response("grade", formula), people, size = 3L, trace = FALSE)
    list(
      model,
      question("", asked, named(stats::predict(model, asked))),
      question("type=class", asked, named(stats::predict(model, asked, type = "class")))
    )
  },
  multinom = function() {
    model <- nnet::multinom(with_response("grade", formula), people, trace = FALSE)
    list(
      model,
      question("", asked, named(stats::predict(model, asked))),
      question("type=prob", asked, named(stats::predict(model, asked, type = "probs")))
    )
  },
  gam = function() {
    model <- mgcv::gam(rent ~ s(age) + rooms + city + member, data = people)
    input <- asked[c("age", "rooms", "city", "member")]
    list(
      model,
      question("", input, named(mgcv::predict.gam(model, input))),
      question("type=response", input, named(mgcv::predict.gam(model, input, type = "response")))
    )
  },
  coxph = function() {
    model <- survival::coxph(survival::Surv(months, left) ~ age + rooms + city + member, people)
    input <- asked[c("age", "rooms", "city", "member")]
    list(
      model,
      question("", input, named(stats::predict(model, input))),
      question("type=risk", input, named(stats::predict(model, input, type = "risk")))
    )
  },
  survreg = function() {
    model <- survival::survreg(survival::Surv(months, left) ~ age + rooms + city, people)
    input <- asked[c("age", "rooms", "city")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  svm = function() {
    model <- e1071::svm(rent ~ age + rooms, people)
    input <- asked[numbers]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  glmnet = function() {
    model <- glmnet::glmnet(as.matrix(people[numbers]), people$rent, lambda = 1)
    input <- asked[numbers]
    expected <- stats::predict(model, as.matrix(input))
    list(model, question("", input, named(expected)))
  },
  lda = function() {
    model <- MASS::lda(grade ~ age + rooms + city + member, people)
    input <- asked[c("age", "rooms", "city", "member")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  qda = function() {
    model <- MASS::qda(people[numbers], people$grade)
    input <- asked[numbers]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  prcomp = function() {
    model <- stats::prcomp(people[c("age", "rooms", "rent")], scale. = TRUE)
    input <- data.frame(asked[numbers], rent = asked$age * 10)
    list(model, question("", input, named(stats::predict(model, input))))
  },
  arima = function() {
    model <- stats::arima(datasets::LakeHuron, order = c(2L, 0L, 0L))
    input <- data.frame(n.ahead = sample(40L, rows, replace = TRUE))
    ahead <- stats::predict(model, n.ahead = 40L)
    expected <- list(.pred = ahead$pred[input$n.ahead], .pred_se = ahead$se[input$n.ahead])
    list(model, question("", input, expected))
  },
  cvGlmnet = function() {
    model <- glmnet::cv.glmnet(as.matrix(people[numbers]), people$rent, nfolds = 3L)
    input <- asked[numbers]
    x <- as.matrix(input)
    list(
      model,
      question("", input, named(stats::predict(model, x))),
      question("s=lambda.min", input, named(stats::predict(model, x, s = "lambda.min"))),
      question("s=2.5&type=response", input, named(stats::predict(model, x, s = 2.5, type = "response")))
    )
  },
  glmnetClasses = function() {
    model <- glmnet::glmnet(as.matrix(people[numbers]), people$grade, "multinomial", lambda = c(0.1, 0.01))
    input <- asked[numbers]
    x <- as.matrix(input)
    array <- stats::predict(model, x)
    expected <- c(named(array[, , 1L]), named(array[, , 2L]))
    names(expected) <- paste0(names(expected), rep(c("_s0", "_s1"), each = 3L))
    list(
      model,
      question("", input, expected),
      question("s=0.05&type=response", input, named(stats::predict(model, x, s = 0.05, type = "response")[, , 1L]))
    )
  },
  lme = function() {
    people$street <- factor(paste("street", rep(1:6, 50L)))
    model <- nlme::lme(rent ~ age + city, people, ~ 1 | street)
    input <- data.frame(asked[c("age", "city")], street = rep(levels(people$street), length.out = rows))
    list(model, question("", input, named(as.vector(stats::predict(model, input)))))
  },
  bayes = function() {
    model <- e1071::naiveBayes(grade ~ age + rooms + city + member + size, people)
    input <- asked[c("age", "rooms", "city", "member", "size")]
    list(
      model,
      question("", input, named(stats::predict(model, input))),
      question("type=raw", input, named(stats::predict(model, input, type = "raw")))
    )
  },
  weighted = function() {
    model <- stats::lm(log(rent) ~ splines::ns(age, 3) + I(rooms^2) + pet, people, weights = months)
    list(model, question("", asked[c("age", "rooms", "pet")], named(stats::predict(model, asked))))
  },
  mlm = function() {
    model <- stats::lm(cbind(rent, visits) ~ age + city, people)
    input <- asked[c("age", "city")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  aov = function() {
    model <- stats::aov(rent ~ city * size, people)
    input <- asked[c("city", "size")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  gamma = function() {
    model <- stats::glm(rent ~ age + city, stats::Gamma("log"), people)
    input <- asked[c("age", "city")]
    list(model, question("type=response", input, named(stats::predict(model, input, type = "response"))))
  },
  stepwise = function() {
    model <- stats::step(stats::lm(with_response("rent", formula), people), trace = 0)
    input <- asked[all.vars(stats::formula(model))[-1L]]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  ppr = function() {
    model <- stats::ppr(rent ~ age + rooms + city, data = people, nterms = 2L)
    input <- asked[c("age", "rooms", "city")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  surface = function() {
    model <- stats::loess(rent ~ age + rooms, people, span = 0.9)
    input <- data.frame(age = stats::runif(rows, 20, 75), rooms = sample(2:8, rows, replace = TRUE))
    list(model, question("", input, named(stats::predict(model, input))))
  },
  princomp = function() {
    model <- stats::princomp(people[c("age", "rooms", "rent")], cor = TRUE)
    input <- data.frame(asked[numbers], rent = asked$age * 10)
    list(model, question("", input, named(stats::predict(model, input))))
  },
  holtWinters = function() {
    model <- stats::HoltWinters(datasets::co2)
    input <- data.frame(n.ahead = sample(40L, rows, replace = TRUE))
    list(model, question("", input, list(.pred = as.vector(stats::predict(model, n.ahead = 40L))[input$n.ahead])))
  },
  structTS = function() {
    model <- stats::StructTS(log10(datasets::UKgas), "level")
    input <- data.frame(n.ahead = sample(40L, rows, replace = TRUE))
    ahead <- stats::predict(model, n.ahead = 40L)
    expected <- list(.pred = as.vector(ahead$pred)[input$n.ahead], .pred_se = as.vector(ahead$se)[input$n.ahead])
    list(model, question("", input, expected))
  },
  rlm = function() {
    model <- MASS::rlm(rent ~ age + rooms + city, people)
    input <- asked[c("age", "rooms", "city")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  negbin = function() {
    model <- suppressWarnings(MASS::glm.nb(visits ~ age + city, people))
    input <- asked[c("age", "city")]
    list(model, question("type=response", input, named(stats::predict(model, input, type = "response"))))
  },
  polr = function() {
    people$grade <- factor(people$grade, ordered = TRUE)
    people$years <- people$age / 10
    model <- MASS::polr(grade ~ years + city, people)
    input <- data.frame(years = asked$age / 10, city = asked$city)
    list(
      model,
      question("", input, named(stats::predict(model, input))),
      question("type=probs", input, named(stats::predict(model, input, type = "probs")))
    )
  },
  gls = function() {
    model <- nlme::gls(rent ~ age + city, people, weights = nlme::varPower(form = ~ age))
    input <- asked[c("age", "city")]
    list(model, question("", input, named(as.vector(stats::predict(model, input)))))
  },
  nlme = function() {
    people$street <- factor(paste("street", rep(1:6, 50L)))
    start <- c(a = 500, b = 8)
    model <- nlme::nlme(rent ~ a + b * age, people, a + b ~ 1, a ~ 1 | street, start = start)
    input <- data.frame(asked["age"], street = rep(levels(people$street), length.out = rows))
    list(model, question("", input, named(as.vector(stats::predict(model, input)))))
  },
  tree = function() {
    model <- rpart::rpart(visits ~ age + rooms + pet, people, method = "poisson")
    input <- asked[c("age", "rooms", "pet")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  network = function() {
    model <- nnet::nnet(rent / 2000 ~ age + rooms + member, people, size = 2L, linout = TRUE, trace = FALSE)
    input <- asked[c("age", "rooms", "member")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  svmClass = function() {
    model <- e1071::svm(grade ~ age + rooms + member, people)
    input <- asked[c("age", "rooms", "member")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  bam = function() {
    model <- mgcv::bam(visits ~ s(age, by = city) + city, stats::poisson(), people)
    input <- asked[c("age", "city")]
    list(
      model,
      question("type=response", input, named(as.vector(mgcv::predict.bam(model, input, type = "response"))))
    )
  },
  lognormal = function() {
    model <- survival::survreg(survival::Surv(months, left) ~ log(age) + city, people, dist = "lognormal")
    input <- asked[c("age", "city")]
    list(
      model,
      question("", input, named(stats::predict(model, input))),
      question("type=lp", input, named(stats::predict(model, input, type = "lp")))
    )
  },
  lmer = function() {
    people$street <- paste("street", rep(1:6, 50L))
    model <- lme4::lmer(rent ~ log1p(rooms) + city + member + (age | street), people)
    input <- data.frame(asked[c("age", "rooms", "city", "member")])
    input$street <- rep(unique(people$street), length.out = rows)
    list(model, question("", input, named(as.vector(stats::predict(model, input)))))
  },
  glmer = function() {
    people$street <- factor(paste("street", rep(1:6, 50L)))
    model <- lme4::glmer(visits ~ rooms + (1 | street), people, stats::poisson())
    input <- data.frame(asked["rooms"], street = rep(levels(people$street), length.out = rows))
    list(model, question("type=response", input, named(as.vector(stats::predict(model, input, type = "response")))))
  },
  caret = function() {
    model <- caret::train(grade ~ age + rooms + city, people, "rpart", trControl = caret::trainControl("none"))
    input <- asked[c("age", "rooms", "city")]
    list(
      model,
      question("", input, named(stats::predict(model, input))),
      question("type=prob", input, named(stats::predict(model, input, type = "prob")))
    )
  },
  earth = function() {
    model <- earth::earth(rent ~ age + rooms + city + pet, people)
    input <- asked[c("age", "rooms", "city", "pet")]
    list(model, question("", input, named(stats::predict(model, input))))
  },
  gbm = function() {
    people$pet <- factor(people$pet)
    model <- gbm::gbm(visits ~ age + rooms + city + size + pet, "poisson", people, n.trees = 20L)
    input <- asked[c("age", "rooms", "city", "size", "pet")]
    input$pet <- factor(input$pet, levels(people$pet))
    list(
      model,
      question("", input, named(stats::predict(model, input, 20L))),
      question("n.trees=5&type=response", input, named(stats::predict(model, input, 5L, type = "response")))
    )
  },
  kmeans = function() {
    model <- stats::kmeans(people[numbers], 4L)
    input <- asked[numbers]
    list(model, question("", input, list(.pred = as.integer(clue::cl_predict(model, input)))))
  },
  autoArima = function() {
    model <- forecast::auto.arima(datasets::LakeHuron)
    input <- data.frame(n.ahead = sample(40L, rows, replace = TRUE))
    ahead <- as.vector(forecast::forecast(model, 40L)$mean)
    se <- stats::predict(model, n.ahead = 40L)$se
    list(model, question("", input, list(.pred = ahead[input$n.ahead], .pred_se = se[input$n.ahead])))
  },
  xgboost = function() {
    model <- xgboost::xgboost(as.matrix(people[numbers]), people$rent, nrounds = 5L, verbose = 0L, nthread = 1L)
    input <- asked[numbers]
    list(model, question("", input, named(stats::predict(model, as.matrix(input)))))
  },
  workflow = function() {
    spec <- parsnip::set_engine(parsnip::linear_reg(), "lm")
    model <- generics::fit(workflows::workflow(rent ~ age + rooms + city + member, spec), people)
    input <- asked[c("age", "rooms", "city", "member")]
    list(model, question("", input, as.list(stats::predict(model, input))))
  },
  vetiver = function() {
    model <- stats::lm(rent ~ age + rooms + city, people)
    input <- asked[c("age", "rooms", "city")]
    list(
      vetiver::vetiver_model(model, "rents", metadata = list(owner = "us")),
      question("", input, named(stats::predict(model, input)))
    )
  }
)

for (name in args[-(1:2)]) {
  if (name == "gam") library(mgcv)
  made <- makers[[name]]()
  saveRDS(made[[1L]], file.path(folder, paste0(name, ".rds")))
  write_questions(made[-1L], file.path(folder, paste0(name, ".json")))
}

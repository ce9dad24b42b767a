# Rscript bench/apps/models/create.R lm|ranger FOLDER: trains a model, and saves its prediction for question.json.

args <- commandArgs(TRUE)
cars <- transform(mtcars, cyl = as.character(cyl))
set.seed(1)
model <- switch(args[1L],
  lm = lm(mpg ~ wt + hp + cyl, cars),
  # Otherwise it is not clear whether hp was a factor.
  ranger = ranger::ranger(mpg ~ wt + hp + qsec, mtcars, num.threads = 1L, respect.unordered.factors = "order")
)
row <- jsonlite::fromJSON(readLines(file.path(args[2L], "question.json"), warn = FALSE))
answer <- predict(model, row)
if (args[1L] == "ranger") answer <- answer$predictions
saveRDS(model, file.path(args[2L], "model.rds"))
writeLines(jsonlite::toJSON(data.frame(.pred = unname(answer)), digits = NA), file.path(args[2L], "answer.json"))

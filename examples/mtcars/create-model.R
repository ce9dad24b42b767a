# Trains the model of the example and saves it next to this file: Rscript examples/mtcars/create-model.R
#
# A random forest that predicts the number of cylinders of a car from ten other measurements. It is a real model, but
# not meant to be a good one.

suppressPackageStartupMessages(library(randomForest))

script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])
target <- file.path(dirname(script), "RfModel.rds")

cars <- datasets::mtcars
cars$cyl <- factor(cars$cyl) # a class, not a number: the prediction is "6", never 6.2

set.seed(1234)
model <- randomForest(cyl ~ ., data = cars)

# Writes to a temporary name first, so that a server that starts in the meantime never reads half a model.
unfinished <- tempfile("RfModel-", dirname(target))
saveRDS(model, unfinished)
invisible(file.rename(unfinished, target))
